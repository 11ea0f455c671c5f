--- Cross-references (`@fig-x`), citations (`[@key]`), and the labels of headings.
local notes = require 'notes'
local write = require 'write'

local references = {}

local KINDS = {fig = true, tbl = true, eq = true, sec = true, lst = true}
local citable = {}      -- keys of the bibliography
local has_bibliography = false
local subfigures = {}   -- label of a sub-figure -> {label of its figure, letter}

--- Whether a name is a label of this document rather than a bibliography key.
function references.is_label(name)
  local kind = name:match('^(%a+)[-:]')
  return kind ~= nil and KINDS[kind] == true
end

local function is_picture(block) return block.t == 'Div' and block.classes:includes('picture') end

local function collect_subfigures(div)
  if not div.classes:includes('figure') or div.identifier == '' then return end
  local pictures = div.content:filter(is_picture)
  for index = 1, #pictures > 1 and #pictures or 0 do
    subfigures[div.identifier .. '-' .. index] = {div.identifier, string.char(96 + index)}
  end
end

--- Learn what can be cited and which figures have parts, before any cell is converted.
function references.collect(document)
  has_bibliography = document.meta.citable ~= nil
  for _, key in ipairs(document.meta.citable or {}) do citable[pandoc.utils.stringify(key)] = true end
  for _, cell in ipairs(document.blocks) do
    for _, block in ipairs(cell.content) do if block.t == 'Div' then collect_subfigures(block) end end
  end
end

local function reference(name, bare)
  local figure, letter = table.unpack(subfigures[name] or {name, ''})
  notes.reference(figure)
  return write.raw_inline(('#ref(label(%s)%s)'):format(write.string(figure), bare and ', supplement: none' or '') .. letter)
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

local function typst_citation(item)
  local form = item.mode == 'AuthorInText' and ', form: "prose"' or ''
  local supplement = #item.suffix > 0 and ', supplement: [' .. write.inlines(item.suffix):gsub('^[,%s]+', '') .. ']' or ''
  notes.citation(item.id)
  return ('#cite(label(%s)%s%s)'):format(write.string(item.id), form, supplement)
end

local function citation(cite)
  local known = cite.citations:find_if(function(item) return citable[item.id] end)
  local in_brackets = cite.citations[1].mode ~= 'AuthorInText'
  if not known and not (in_brackets and has_bibliography) then return cite.content end  -- `@property` in prose
  local out = pandoc.List()
  for index, item in ipairs(cite.citations) do
    if #item.prefix > 0 then
      out:extend(item.prefix)
      out:insert(pandoc.Space())
    end
    out:insert(write.raw_inline(typst_citation(item) .. (index < #cite.citations and ' ' or '')))
  end
  return out
end

local function cite_element(cite)
  if cite.citations:find_if(function(item) return references.is_label(item.id) end) then return cross_references(cite) end
  return citation(cite)
end

local function header(element)
  if references.is_label(element.identifier) then notes.label(element.identifier) end
end

references.filters = {{Cite = cite_element, Header = header}}

return references
