--- HTML in blocks: pandoc reads it as one piece, in which Markdown that stands between its tags leaves slots.
-- Folds, centred blocks and what paper cannot show become Divs that the other rooms know.
local elements = require 'elements'
local look = require 'look'

local html = {}

local READER = 'html'
local WITH_FORMULAS = READER .. '+tex_math_dollars+tex_math_double_backslash'
local attribute, FOREIGN = elements.attribute, elements.FOREIGN

-- a tag inside SVG or MathML is none of HTML's, and stays
local function is_drawing(name) return name == 'svg' or name == 'math' end

-- attributes that a fold keeps, as those of a Div
local function fold_attributes(tag)
  local id, unclosed = attribute(tag, 'id'), attribute(tag, 'unclosed')
  return (' class="our-details" data-collapse="%s"'):format(tag:find('%sopen') and 'open' or 'closed')
    .. (id and (' id="%s"'):format(id) or '') .. (unclosed and ' data-unclosed="true"' or '')
end

-- elements that are written as others: name -> the tag that opens, and the one that closes
local RENAMED = {
  details = function(tag) return '<div' .. fold_attributes(tag) .. '>' end,
  summary = function() return '<div class="our-summary">' end,
  center = function() return '<div align="center">' end,
}

local Rewriter = {}
Rewriter.__index = Rewriter

-- whether a `p` that says how it is aligned is open, which pandoc would forget: it is written as a `div`
function Rewriter:paragraph(tag, closes)
  local before = ''
  if self.aligned then before, self.aligned = '</div>', false
  elseif closes then return tag end
  if closes then return before end
  local align = attribute(tag, 'align') or tag:match('text%-align:%s*(%a+)')
  if not align then return before .. tag end
  self.aligned = true
  return before .. ('<div align="%s">'):format(align)
end

function Rewriter:tag(slash, name, rest)
  local tag, known = '<' .. slash .. name .. rest .. '>', name:lower()
  if is_drawing(known) then self.drawing = slash == '' and not rest:match('/$') end
  if self.drawing then return tag end
  if not elements.KNOWN[known] then return '&lt;' .. tag:sub(2, -2) .. '&gt;' end
  if FOREIGN[known] then return slash == '' and ('<span class="our-foreign">%s</span>'):format(elements.called(known)) or '' end
  if known == 'p' then return self:paragraph(tag, slash ~= '') end
  local renamed = RENAMED[known]
  if renamed then return slash == '' and renamed(tag) or '</div>' end
  return tag
end

-- what stands inside elements that paper cannot show is for readers that know them even less
local function without_content(text)
  for name in pairs(FOREIGN) do
    if text:find('<' .. name) and name ~= 'embed' then text = text:gsub('(<' .. name .. '[^>]*>).-(</' .. name .. '%s*>)', '%1%2') end
  end
  return text
end

local function rewritten(text)
  local rewriter = setmetatable({}, Rewriter)
  text = without_content(text:gsub('<!%-%-.-%-%->', ''))
  return (text:gsub('<(/?)(%a[%w-]*)([^<>]*)>', function(slash, name, rest) return rewriter:tag(slash, name, rest) end))
end

-- blocks of nothing but words as a caption
local function caption(blocks)
  return pandoc.Div({pandoc.Plain(pandoc.utils.blocks_to_inlines(blocks))}, pandoc.Attr('', {'our caption'}))
end

local function fold(div)
  if not div.classes:includes('our-details') then return nil end
  local blocks = pandoc.Blocks{}
  for _, block in ipairs(div.content) do
    if block.t == 'Div' and block.classes:includes('our-summary') then blocks:insert(1, caption(block.content)) else blocks:insert(block) end
  end
  local attributes = {collapse = div.attributes.collapse, unclosed = div.attributes.unclosed}
  return pandoc.Div(blocks, pandoc.Attr(div.identifier, {'our fold'}, attributes))
end

local function is_centred(div)
  return div.attributes.align == 'center' or (div.attributes.style or ''):find('text%-align:%s*center')
end

local function div(element)
  if element.classes:includes('our-summary') then return element.content end
  if is_centred(element) then element.classes:insert('centred') end
  element.attributes.align, element.attributes.style = nil, nil
  return element
end

local function is_foreign(inline) return inline.t == 'Span' and inline.classes:includes('our-foreign') end

local function placeholder(text)
  local words = look.said('only_in_notebook', pandoc.utils.stringify(text))
  return pandoc.Div({pandoc.Plain{pandoc.Str(words)}}, pandoc.Attr('', {'our placeholder'}))
end

local function paragraph(element)
  if #element.content == 1 and is_foreign(element.content[1]) then return placeholder(element.content) end
end

local function span(element)
  if is_foreign(element) then return pandoc.Emph{pandoc.Str('[' .. pandoc.utils.stringify(element) .. ']')} end
end

local FILTERS = {{Div = fold}, {Div = div, Para = paragraph, Plain = paragraph}, {Span = span}}

local function read(text, reader)
  local blocks = pandoc.read(rewritten(text), reader, nil, {}).blocks
  for _, filter in ipairs(FILTERS) do blocks = blocks:walk(filter) end
  return blocks
end

local function line(header) return pandoc.Para{pandoc.Strong(header.content)} end

--- Read the HTML of an output, with all that has no place on paper taken out; its headings are lines, and none of the
-- document.
function html.read(text) return read(text, WITH_FORMULAS):walk{Header = line} end

local function is_html(block) return block.t == 'RawBlock' and block.format == 'html' end

-- the blocks from the first that is HTML, as HTML with a slot for each of the others
local function with_slots(blocks, first)
  local text, slots = {}, pandoc.List{}
  for index = first, #blocks do
    local block = blocks[index]
    if is_html(block) then
      text[#text + 1] = block.text
    else
      slots:insert(block)
      text[#text + 1] = ('<div data-our-slot="%d"></div>\n'):format(#slots)
    end
  end
  return table.concat(text), slots
end

-- the blocks with what stood between tags back in its slots; what found none comes last
local function filled(blocks, slots)
  local open = {}
  for index in ipairs(slots) do open[index] = true end
  blocks = blocks:walk{Div = function(element)
    local index = tonumber(element.attributes["our-slot"])
    if not index or not open[index] then return nil end
    open[index] = false
    return slots[index]
  end}
  for index, block in ipairs(slots) do if open[index] then blocks:insert(block) end end
  return blocks
end

local function joined(blocks)
  local _, first = blocks:find_if(is_html)
  if not first then return nil end
  local text, slots = with_slots(blocks, first)
  local out = pandoc.Blocks{}
  for index = 1, first - 1 do out:insert(blocks[index]) end
  out:extend(filled(read(text, READER), slots))
  return out
end

--- The filter that reads the HTML among blocks.
html.filter = {Blocks = joined}

return html
