--- HTML bits in Markdown cells: `<br>`, `<b>`, `<sub>`, `<img>`, tables, centred blocks.
local markup = {}

local function raw_block(element)
  if element.format == 'html' then return pandoc.read(element.text, 'html+tex_math_dollars').blocks end
end

local function raw_inline(element)
  if element.format ~= 'html' then return nil end
  if element.text:match('^<[bB][rR]') then return pandoc.LineBreak() end
  if element.text:match('^<[iI][mM][gG]') then
    return pandoc.utils.blocks_to_inlines(pandoc.read(element.text, 'html').blocks)
  end
end

markup.filters = {{RawBlock = raw_block, RawInline = raw_inline}}

return markup
