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

local function is_picture(block) return block.t == 'Div' and block.classes:includes('our picture') end

local function collect_subfigures(div)
  if not div.classes:includes('our figure') or div.identifier == '' then return end
  local pictures = div.content:filter(is_picture)
  for index = 1, #pictures > 1 and #pictures or 0 do
    subfigures[div.identifier .. '-' .. index] = {div.identifier, write.letter(index)}
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

local function citation(item)
  if not citable[item.id] then
    notes.citation(item.id)
    return pandoc.Str('[@' .. item.id .. ']')
  end
  local form = item.mode == 'AuthorInText' and ', form: "prose"' or ''
  local supplement = #item.suffix > 0 and ', supplement: [' .. write.inlines(item.suffix):gsub('^[,%s]+', '') .. ']' or ''
  notes.citation(item.id)
  return write.raw_inline(('#cite(label(%s)%s%s)'):format(write.string(item.id), form, supplement))
end

-- one item of a Cite: `@fig-x`, `-@eq-x`, `@key`
local function item_inlines(item)
  local out = pandoc.Inlines(item.prefix)
  if #item.prefix > 0 then out:insert(pandoc.Space()) end
  if references.is_label(item.id) then
    out:insert(reference(item.id, item.mode == 'SuppressAuthor'))
    out:extend(item.suffix)
  else
    out:insert(citation(item))
  end
  return out
end

-- `@property` in prose is no citation; in brackets it is one, where there is a bibliography
local function is_meant(item)
  return references.is_label(item.id) or citable[item.id] or (item.mode ~= 'AuthorInText' and has_bibliography)
end

-- what stands between two items of a Cite: `@fig-x [@key]` is one, too
local function between(item, following)
  if not following then return {} end
  if references.is_label(item.id) and references.is_label(following.id) then return {pandoc.Str(','), pandoc.Space()} end
  return {pandoc.Space()}
end

local function cite_element(cite)
  if not cite.citations:find_if(is_meant) then return cite.content end
  local out = pandoc.Inlines{}
  for index, item in ipairs(cite.citations) do
    out:extend(item_inlines(item))
    out:extend(between(item, cite.citations[index + 1]))
  end
  return out
end

local function header(element)
  if references.is_label(element.identifier) then notes.label(element.identifier) end
end

references.filters = {{Cite = cite_element, Header = header}}

return references
