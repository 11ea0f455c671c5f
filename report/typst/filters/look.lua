--- What the filters must know of the look: the size of the text in points, and the words of the document's language.
local look = {width = 453, height = 680, words = {}}

--- Take it from the metadata of the document.
function look.learn(meta)
  look.width = tonumber(pandoc.utils.stringify(meta.text_width))
  look.height = tonumber(pandoc.utils.stringify(meta.text_height))
  for name, word in pairs(meta.words) do look.words[name] = pandoc.utils.stringify(word) end
end

--- A phrase that tells of a number.
function look.said(name, count) return (look.words[name]:gsub('{count}', tostring(count))) end

return look
