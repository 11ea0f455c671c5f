--- Boxes, statements and folds, from the Divs of `boxes/arrange.py`.
local figures = require 'figures'
local write = require 'write'

local boxes = {}

local function div(element)
  if not element.classes:includes('our box') then return nil end
  local title, body = figures.split(element)
  local kind, anchor = element.attributes.kind, element.identifier ~= '' and '#metadata(none)' .. write.label(element.identifier) or ''
  local opening = ('#boxed(%s, [%s])[%s'):format(write.string(kind), write.inlines(title), anchor)
  return pandoc.Blocks{write.raw_block(opening), pandoc.Div(body), write.raw_block(']')}
end

boxes.filters = {{Div = div}}

return boxes
