--- What the filters must know of the look: the size of the text in points, and the words of the document's language.
local look = {width = 453, height = 680, words = {}}

--- Take it from the metadata of the document.
function look.learn(meta)
  look.width = tonumber(pandoc.utils.stringify(meta.text_width))
  look.height = tonumber(pandoc.utils.stringify(meta.text_height))
  for name, word in pairs(meta.words) do look.words[name] = pandoc.utils.stringify(word) end
end

--- A phrase with what it leaves open in braces.
function look.said(name, value) return (look.words[name]:gsub('{%a+}', function() return tostring(value) end)) end

return look
