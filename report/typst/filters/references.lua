--- Cross-references (`@fig-x`), citations (`[@key]`), labels of headings, and links inside the document.
local notes = require 'notes'
local write = require 'write'

local references = {}

local KINDS = {fig = true, tbl = true, eq = true, sec = true, lst = true}
local citable = {}    -- keys of the bibliography
local has_bibliography = false
local anchors = {}    -- notebook -> heading text as Jupyter links to it -> label
local subfigures = {} -- label of a sub-figure -> {label of its figure, letter}

--- Whether a name is a label of this document rather than a bibliography key.
function references.is_label(name)
  local kind = name:match('^(%a+)[-:]')
  return kind ~= nil and KINDS[kind] == true
end

local function jupyter_anchor(header) return (pandoc.utils.stringify(header.content):gsub('%s+', '-')) end

local function collect_headings(cell, count)
  local book = anchors[cell.attributes.notebook] or {}
  anchors[cell.attributes.notebook] = book
  cell.content:walk{Header = function(header)
    count = count + 1
    local label = header.identifier ~= '' and header.identifier or ('heading-%d'):format(count)
    book[jupyter_anchor(header):lower()] = book[jupyter_anchor(header):lower()] or label
    book[label] = label
  end}
  return count
end

local function collect_subfigures(cell)
  cell.content:walk{Div = function(div)
    if not div.classes:includes('figure') or div.identifier == '' then return nil end
    local pictures = div.content:filter(function(block) return block.t == 'Div' and block.classes:includes('picture') end)
    if #pictures < 2 then return nil end
    for index = 1, #pictures do
      subfigures[div.identifier .. '-' .. index] = {div.identifier, string.char(96 + index)}
    end
  end}
end

--- Learn what can be referred to, before any cell is converted.
function references.collect(document)
  local count = 0
  has_bibliography = document.meta.citable ~= nil
  for _, key in ipairs(document.meta.citable or {}) do citable[pandoc.utils.stringify(key)] = true end
  for _, cell in ipairs(document.blocks) do
    count = collect_headings(cell, count)
    collect_subfigures(cell)
  end
end

local function reference(name, bare)
  local sub = subfigures[name]
  notes.reference(sub and sub[1] or name)
  local supplement = bare and ', supplement: none' or ''
  return write.raw_inline(('#ref(%s%s)'):format(write.label(sub and sub[1] or name), supplement) .. (sub and sub[2] or ''))
end

local function cross_references(cite)
  local out = pandoc.List()
  for index, citation in ipairs(cite.citations) do
    if index > 1 then out:extend{pandoc.Str(','), pandoc.Space()} end
    out:extend(citation.prefix)
    if #citation.prefix > 0 then out:insert(pandoc.Space()) end
    out:insert(reference(citation.id, citation.mode == 'SuppressAuthor'))
    out:extend(citation.suffix)
  end
  return out
end

local function citation(cite)
  local known = cite.citations:find_if(function(item) return citable[item.id] end)
  local in_brackets = cite.citations[1].mode ~= 'AuthorInText'
  if not known and not (in_brackets and has_bibliography) then return cite.content end  -- `@property` in prose
  for _, item in ipairs(cite.citations) do notes.citation(item.id) end
end

local function cite_element(cite)
  if cite.citations:find_if(function(item) return references.is_label(item.id) end) then return cross_references(cite) end
  return citation(cite)
end

local function header(element)
  if element.identifier ~= '' then notes.label(element.identifier) end
end

local function link(element)
  local target = element.target:match('^#(.+)$')
  if not target then return nil end
  local book = anchors[notes.place().notebook] or {}
  local label = book[target] or book[target:gsub('%%20', '-'):lower()]
  if not label then
    notes.warning(('link to #%s, which no heading answers; its text is kept'):format(target))
    return element.content
  end
  return element.content
end

references.filters = {{Cite = cite_element, Header = header, Link = link}}

return references
