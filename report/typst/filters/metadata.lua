--- The frame of the document: the call of the Typst template, the bibliography, the appendix.
local anchors = require 'anchors'
local look = require 'look'
local notes = require 'notes'
local references = require 'references'
local write = require 'write'

local metadata = {}

local PROSE = {'title', 'subtitle', 'short_title', 'date', 'abstract', 'dataset_note'}
local TEXTS = {'course', 'institution', 'lang', 'region', 'paper'}
local LISTS = {'authors', 'keywords'}

local function content(value)
  local blocks = pandoc.Blocks(value)
  for _, room in ipairs{references, anchors} do
    for _, filter in ipairs(room.filters) do blocks = blocks:walk(filter) end
  end
  return '[' .. write.blocks(blocks) .. ']'
end

-- a text; or what is said of an author, as a dictionary
local function value(item)
  if type(item) ~= 'table' or not item.name then return write.string(pandoc.utils.stringify(item)) end
  local fields = {}
  for name, text in pairs(item) do fields[#fields + 1] = name:gsub('_', '-') .. ': ' .. write.string(pandoc.utils.stringify(text)) end
  table.sort(fields)
  return '(' .. table.concat(fields, ', ') .. ',)'
end

local function array(list)
  local items = {}
  for _, item in ipairs(list) do items[#items + 1] = value(item) .. ',' end
  return '(' .. table.concat(items, ' ') .. ')'
end

local function arguments(meta)
  local out = {}
  local function argument(name, value) out[#out + 1] = '  ' .. name:gsub('_', '-') .. ': ' .. value .. ',' end
  for _, name in ipairs(PROSE) do if meta[name] then argument(name, content(meta[name])) end end
  for _, name in ipairs(TEXTS) do if meta[name] then argument(name, write.string(pandoc.utils.stringify(meta[name]))) end end
  for _, name in ipairs(LISTS) do if meta[name] then argument(name, array(meta[name])) end end
  if meta.logo then argument('logo', 'arguments(' .. notes.image(pandoc.utils.stringify(meta.logo)) .. ')') end
  for name, value in pairs(meta.switches or {}) do out[#out + 1] = '  ' .. name .. ': ' .. tostring(value) .. ',' end
  table.sort(out)
  local title = pandoc.Blocks(meta.title)
  local words = write.is_blank(title) and pandoc.utils.stringify(meta.name) or write.text(pandoc.utils.blocks_to_inlines(title))
  argument('title_text', write.string(write.short(words)))
  return table.concat(out, '\n')
end

local function opening(meta)
  local template = pandoc.utils.stringify(meta.template)
  return write.raw_block(('#import %s: *\n#show: report.with(\n%s\n)'):format(write.string(template), arguments(meta)))
end

local function bibliography(meta)
  if not (meta.bibliography and notes.has_citations()) then return nil end
  return write.raw_block(('// cell: the settings#-1\n#bibliography(%s, style: %s, title: [%s])'):format(
    write.string(pandoc.utils.stringify(meta.bibliography)), write.string(pandoc.utils.stringify(meta.csl)),
    look.words.references))
end

--- The whole document: template call, body, references, appendix.
function metadata.frame(meta, body, appendix)
  local blocks = pandoc.Blocks{opening(meta)}
  blocks:extend(body)
  local list = bibliography(meta)
  if list then blocks:insert(list) end
  if #appendix > 0 then
    blocks:insert(write.raw_block('#show: appendix'))
    blocks:extend(appendix)
  end
  return blocks
end

return metadata
