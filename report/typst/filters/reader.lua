--- Reads the exporter's document: JSON with cells and their parts (see `assembly.py`), in the only block of its input.
-- As a filter it starts in half the time of a custom reader.
-- Every cell is parsed alone, so an unclosed fence or list cannot reach into the next one.
package.path = pandoc.path.join{pandoc.path.directory(PANDOC_SCRIPT_FILE), '?.lua'} .. ';' .. package.path

local bulk = require 'bulk'
local captions = require 'captions'
local citations = require 'citations'
local diagrams = require 'diagrams'
local html = require 'html'
local look = require 'look'
local markup = require 'markup'

local flavour
local parsed = {}   -- Markdown that is read already: text -> blocks

local SANDBOX = {}   -- no reader opens a file

local function markdown(text, extension)
  local known = not extension and parsed[text]
  local blocks = known and known:clone() or pandoc.read(text .. '\n', flavour .. (extension or ''), nil, SANDBOX).blocks
  if text:find('mermaid', 1, true) then blocks = blocks:walk(diagrams.filter) end
  if text:find('|', 1, true) then blocks = blocks:walk(captions.filter) end
  if text:find('@', 1, true) then blocks = blocks:walk(citations.filter) end
  return text:find('<', 1, true) and blocks:walk(html.filter):walk(markup.filter) or blocks
end

local function inlines(text) return pandoc.utils.blocks_to_inlines(markdown(tostring(text))) end

local function caption(text)
  if not text or text == '' then return pandoc.List() end
  return pandoc.List{pandoc.Div({pandoc.Plain(inlines(text))}, pandoc.Attr('', {'our caption'}))}
end

-- the blank in the classes of this document keeps a notebook's own Divs from being taken for them
local function div(class, part, blocks, attributes)
  return pandoc.Blocks{pandoc.Div(blocks, pandoc.Attr(part.label or '', {'our ' .. class}, attributes or {}))}
end

local PARTS = {}

function PARTS.markdown(part) return markdown(part.text, part.extension) end

function PARTS.raw(part) return pandoc.Blocks{pandoc.RawBlock(part.format, part.text)} end

function PARTS.code(part)
  local block = pandoc.CodeBlock(part.text, pandoc.Attr('', {part.language}))
  return div('code', part, {block, table.unpack(caption(part.caption))}, {fold = part.fold, summary = part.summary})
end

function PARTS.terminal(part)
  local runs = pandoc.List()
  for _, run in ipairs(part.runs) do
    runs:insert(pandoc.Code(run.text, pandoc.Attr('', {}, {colour = run.colour, bold = run.bold and 'true' or nil})))
  end
  return div('terminal', part, {pandoc.Plain(runs)}, {stream = part.stream})
end

function PARTS.figure(part)
  local blocks = pandoc.List()
  for _, image in ipairs(part.images) do
    local attributes = {src = image.source, alt = image.alt, width = part.width}
    blocks:insert(pandoc.Div(caption(image.caption), pandoc.Attr('', {'our picture'}, attributes)))
  end
  blocks:extend(caption(part.caption))
  return div('figure', part, blocks, {columns = part.columns, placement = part.placement})
end

-- a table of TeX; one that cannot be read is shown as it is written
local function latex(text)
  local is_read, document = pcall(pandoc.read, text, 'latex', nil, SANDBOX)
  return is_read and document.blocks or pandoc.Blocks{pandoc.CodeBlock(text, pandoc.Attr('', {'latex'}))}
end

function PARTS.table(part)
  local blocks
  if part.format == 'grid' then
    blocks = pandoc.Blocks{pandoc.CodeBlock(pandoc.json.encode(part.text), pandoc.Attr('', {'our grid'}))}
  elseif part.format == 'markdown' then
    blocks = markdown(part.text)
  else
    blocks = part.format == 'html' and html.read(part.text) or latex(part.text)
  end
  blocks:extend(caption(part.caption))
  return div('table', part, blocks, {turned = part.turned and 'true' or nil, placement = part.placement})
end

function PARTS.html(part) return html.read(part.text) end

function PARTS.placeholder(part) return div('placeholder', part, {pandoc.Plain{pandoc.Str(part.text)}}) end

local function cell_div(cell)
  local blocks = pandoc.Blocks{}
  for _, part in ipairs(cell.parts) do blocks:extend(PARTS[part.kind](part)) end
  local attributes = {notebook = cell.notebook, cell = tostring(cell.cell), role = cell.role}
  return pandoc.Div(blocks, pandoc.Attr('', {'cell'}, attributes))
end

-- on the title page a heading is a line as any other
local function line(header) return pandoc.Para(header.content) end

-- the metadata; the fields `prose` are Markdown, and everything else stays text
local function metadata(fields, prose)
  local meta = {}
  for key, value in pairs(fields) do
    if prose:includes(key) then meta[key] = pandoc.MetaBlocks(markdown(value):walk{Header = line}) else meta[key] = value end
  end
  return meta
end

-- every piece of Markdown in the parts of a document
local function pieces(document)
  local out = pandoc.List()
  for _, cell in ipairs(document.cells) do
    for _, part in ipairs(cell.parts) do
      if part.kind == 'markdown' and not part.extension then out:insert(part.text) end
      if part.caption then out:insert(tostring(part.caption)) end
      for _, image in ipairs(part.images or {}) do if image.caption then out:insert(image.caption) end end
    end
  end
  return out
end

function Pandoc(input)
  local document = pandoc.json.decode(input.blocks[1].text, false)
  flavour = document.flavour
  look.learn(document.metadata)
  parsed = bulk.read(pieces(document), flavour)
  local blocks = pandoc.Blocks{}
  for _, cell in ipairs(document.cells) do blocks:insert(cell_div(cell)) end
  return pandoc.Pandoc(blocks, metadata(document.metadata, pandoc.List(document.fields)))
end
