--- Links inside the document: `[text](#Heading-text)`, `<a id="x">`, and what they lead to.
-- Jupyter's links count within one notebook, so every linked target gets a label of its own.
local notes = require 'notes'
local write = require 'write'

local anchors = {}

local wanted = {}   -- notebook -> link target -> true
local labels = {}   -- notebook -> link target -> label
local boxes = {}    -- labels of boxes, which count in all notebooks -> true

local function normal(target)
  target = target:gsub('%%(%x%x)', function(code) return string.char(tonumber(code, 16)) end)
  return pandoc.text.lower(target:gsub('%s+', '-'))
end

-- the names under which a heading can be linked to: Jupyter's, GitHub's, its own
local function heading_names(header)
  local jupyter = normal(pandoc.utils.stringify(header.content))
  return {jupyter, (jupyter:gsub('[^%w%-_\128-\255]', '')), header.identifier ~= '' and normal(header.identifier) or nil}
end

local function collect_links(cell)
  local book = cell.attributes.notebook
  wanted[book] = wanted[book] or {}
  cell.content:walk{Link = function(link)
    local target = link.target:match('^#(.+)$')
    if target then wanted[book][normal(target)] = true end
  end}
end

local count = 0

-- the label for a target with these names, if a link asks for one of them and none has answered yet
local function claim(book, names, own_label)
  for _, name in ipairs(names) do
    if wanted[book][name] and not labels[book][name] then
      if not own_label then
        count = count + 1
        own_label = ('anchor-%d'):format(count)
      end
      labels[book][name] = own_label
    end
  end
  return own_label
end

local function assign(cell)
  local book = cell.attributes.notebook
  labels[book] = labels[book] or {}
  cell.content = cell.content:walk{
    Header = function(header)
      header.identifier = claim(book, heading_names(header), header.identifier ~= '' and header.identifier or nil) or ''
      return header
    end,
    Span = function(span)
      local label = span.identifier ~= '' and claim(book, {normal(span.identifier)})
      if label then return {write.raw_inline('#metadata(none)' .. write.label(label)), span} end
    end,
    Div = function(div) if div.classes:includes('our box') then boxes[div.identifier] = true end end,
  }
  return cell
end

--- Give every linked target its label; returns the cells.
function anchors.assign(cells)
  for _, cell in ipairs(cells) do collect_links(cell) end
  return cells:map(assign)
end

-- a link to a place of its notebook, to another document, or to another notebook (whose text stays)
local function link(element)
  local target = element.target:match('^#(.+)$')
  if target then
    local label = (labels[notes.place().notebook] or {})[normal(target)] or boxes[target] and target
    if label then return write.raw_inline('#link(' .. write.label(label) .. ')[' .. write.inlines(element.content) .. ']') end
    notes.warning(('link to #%s leads to nothing in this notebook; its text is kept'):format(target))
    return element.content
  end
  if element.target == '' or not element.target:match('^%a[%w+.-]*:') then
    return element.content
  end
end

-- no other identifier becomes a label
local function without_identifier(element)
  if element.identifier == '' then return nil end
  element.identifier = ''
  return element
end

anchors.filters = {{Link = link, Span = without_identifier}}

return anchors
