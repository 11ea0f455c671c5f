--- The pandoc filter that turns the document of `reader.lua` into Typst, one room after the other.
package.path = pandoc.path.join{pandoc.path.directory(PANDOC_SCRIPT_FILE), '?.lua'} .. ';' .. package.path

local look = require 'look'
local notes = require 'notes'
local write = require 'write'
local headings = require 'headings'
local metadata = require 'metadata'
local references = require 'references'
local anchors = require 'anchors'
local boxes = require 'boxes'
local figures = require 'figures'
local lists = require 'lists'
local tables = require 'tables'
local code = require 'code'
local keep = require 'keep'

local ROOMS = {references, anchors, figures, tables, code, lists, boxes}

-- a table on a page of its own cannot stand inside of anything: there it is made narrower
local function contained(raw)
  raw.text = raw.text:gsub('^#landscape%[', '#contained['):gsub('^#turned%[', '#contained[')
  return raw
end

local function convert(cell)
  notes.enter(cell.attributes.notebook, cell.attributes.cell)
  local blocks = cell.content
  for _, room in ipairs(ROOMS) do
    for _, filter in ipairs(room.filters) do blocks = blocks:walk(filter) end
  end
  local function look_into(block) return block.t == 'RawBlock' and block or block:walk{RawBlock = contained} end
  return headings.normalise(pandoc.Blocks(blocks:map(look_into)))
end

-- a comment by which a message of the Typst compiler is traced to its cell
local function marker(cell)
  return write.raw_block(('// cell: %s#%s'):format((cell.attributes.notebook:gsub('%c', ' ')), cell.attributes.cell))
end

function Pandoc(document)
  look.learn(document.meta)
  references.collect(document)
  local body, appendix = pandoc.Blocks{}, pandoc.Blocks{}
  for _, cell in ipairs(anchors.assign(document.blocks)) do
    local target = cell.attributes.role == 'appendix' and appendix or body
    target:insert(marker(cell))
    target:extend(convert(cell))
  end
  notes.enter('the settings', -1)
  local blocks = metadata.frame(document.meta, keep.together(body), keep.together(appendix))
  notes.save(pandoc.utils.stringify(document.meta.notes_file))
  return pandoc.Pandoc(blocks)
end
