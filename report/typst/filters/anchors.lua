--- Links inside the document: `[text](#Heading-text)`, `[text](other.ipynb#Heading-text)`, `<a id="x">`, and what
-- they lead to. Names count within one notebook, so every linked target gets a label of its own; the first heading of
-- a notebook answers to the empty name, too.
local notes = require 'notes'
local write = require 'write'

local anchors = {}

local wanted = {}   -- notebook -> link target -> true
local labels = {}   -- notebook -> link target -> label
local begun = {}    -- notebook -> whether it had a heading
local boxes = {}    -- labels of boxes and solutions, which count in all notebooks -> true

local function decoded(target)
  return (target:gsub('%%(%x%x)', function(code) return string.char(tonumber(code, 16)) end))
end

-- a name as it is compared; JupyterLab takes the label behind a heading for a part of it
local function normal(target)
  local name = decoded(target):gsub('%s+', '-'):gsub('%-?{#[^}]*}$', '')
  return pandoc.text.lower(name)
end

-- a path from the folder of the notebook `here`, by names that go down alone
local function path_from(here, path)
  local parts = pandoc.List()
  for part in ((here:match('^.*/') or '') .. path):gmatch('[^/]+') do
    if part == '..' then parts:remove() elseif part ~= '.' then parts:insert(part) end
  end
  return table.concat(parts, '/')
end

-- the notebook that a link in the notebook `here` leads to, and the name in it; nil where it leads to none
local function aim(target, here)
  local name = target:match('^#(.+)$')
  if name then return here, normal(name) end
  local book, anchor = target:match('^([^:#]+%.ipynb)#?(.*)$')
  if book then return path_from(here, decoded(book)), normal(anchor) end
end

-- the names under which a heading can be linked to: Jupyter's, GitHub's, its own, and none for the first of a notebook
local function heading_names(header, book)
  local names = pandoc.List()
  for _, mark in ipairs{'$', ''} do
    local jupyter = normal(write.text(header.content, mark))
    names:extend{jupyter, (jupyter:gsub('[^%w%-_\128-\255]', ''))}
  end
  if header.identifier ~= '' then names:insert(normal(header.identifier)) end
  if not begun[book] then names:insert('') end
  begun[book] = true
  return names
end

local function collect_links(cell)
  cell.content:walk{Link = function(link)
    local book, name = aim(link.target, cell.attributes.notebook)
    if book then
      wanted[book] = wanted[book] or {}
      wanted[book][name] = true
    end
  end}
end

local count = 0

-- the label for a target with these names, if a link asks for one of them and none has answered yet
local function claim(book, names, own_label)
  for _, name in ipairs(names) do
    if (wanted[book] or {})[name] and not labels[book][name] then
      if not own_label then
        count = count + 1
        own_label = ('anchor-%d'):format(count)
      end
      labels[book][name] = own_label
    end
  end
  return own_label
end

-- whether a heading's identifier can be its label
local function is_name(identifier) return identifier ~= '' and #identifier < write.MOST end

local function assign(cell)
  local book = cell.attributes.notebook
  labels[book] = labels[book] or {}
  cell.content = cell.content:walk{
    Header = function(header)
      if header.identifier:match('^sol[-:]') then boxes[header.identifier] = true end
      header.identifier = claim(book, heading_names(header, book), is_name(header.identifier) and header.identifier or nil) or ''
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

-- what is said of a link that leads to no heading
local function nowhere(book, here)
  if not labels[book] then return 'a notebook that is no part of this document' end
  return book == here and 'nothing in this notebook' or 'nothing in that notebook'
end

-- words that would begin a list, a heading or a term at the start of Typst's brackets, with nothing before them
local function shielded(content)
  local starts = pandoc.utils.stringify(content):match('^%d*[-=+/.]')
  return starts and pandoc.Inlines{write.raw_inline('#[]')} .. content or content
end

-- a link to a place of this document, or to another document; the text of any other stays. One to another notebook gets
-- the number of what it leads to, for readers on paper, unless its own text ends with a number
local function link(element)
  local here = notes.place().notebook
  local book, name = aim(element.target, here)
  if book then
    local box = element.target:sub(2)
    local label = (labels[book] or {})[name] or boxes[box] and box
    if label then
      local leads = book ~= here and not pandoc.utils.stringify(element.content):find('%f[%w]%d+$') and '#numbered-link(' or '#link('
      local start, close = write.raw_inline(leads .. write.label(label) .. ')['), write.raw_inline(']')
      return pandoc.Inlines{start} .. shielded(element.content) .. pandoc.Inlines{close}
    end
    notes.warning(('link to %s leads to %s; its text is kept'):format(element.target, nowhere(book, here)))
    return element.content
  end
  if #element.target > write.MOST then
    notes.warning(('the address of a link has %d bytes, and PDF takes %d; its text is kept'):format(#element.target, write.MOST))
    return element.content
  end
  if element.target == '' or not element.target:match('^%a[%w+.-]*:') then
    return element.content
  end
  element.content = shielded(element.content)
  return element
end

-- no other identifier becomes a label
local function without_identifier(element)
  if element.identifier == '' then return nil end
  element.identifier = ''
  return element
end

anchors.filters = {{Link = link, Span = without_identifier}}

return anchors
