--- Boxes, statements and folds, from the Divs of `boxes/arrange.py`.
local figures = require 'figures'
local write = require 'write'

local boxes = {}

local SHORT, FEW = 1000, 14   -- characters and lines of Typst up to which a box stays on one page

local function is_short(body)
  local text = write.blocks(body)
  local _, line_breaks = text:gsub('\n', '')
  return #text < SHORT and line_breaks < FEW and not text:find('picture(', 1, true)
end

local function div(element)
  if not element.classes:includes('our box') then return nil end
  local title, body = figures.split(element)
  local kind, anchor = element.attributes.kind, element.identifier ~= '' and '#metadata(none)' .. write.label(element.identifier) or ''
  local opening = ('#boxed(%s, [%s], breakable: %s)[%s'):format(write.string(kind), write.inlines(title), tostring(not is_short(body)), anchor)
  return pandoc.Blocks{write.raw_block(opening), pandoc.Div(body), write.raw_block(']')}
end

boxes.filters = {{Div = div}}

return boxes
