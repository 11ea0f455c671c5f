--- What the filters have to tell the exporter: problems, warnings, labels, references, wanted images.
-- Every note carries the notebook and the cell it comes from. `notes.save` writes all of them as JSON.
local notes = {}

local MARK = '\u{E002}'

local here = {notebook = '', cell = 0}
local book = {problems = {}, warnings = {}, labels = {}, references = {}, citations = {}, images = {}, missing_alts = {}}

--- Name the cell that all following notes belong to.
function notes.enter(notebook, cell) here = {notebook = notebook, cell = tonumber(cell) or 0} end

function notes.place() return here end

local function add(list, entry)
  entry.notebook, entry.cell = here.notebook, here.cell
  list[#list + 1] = entry
end

--- Something that must stop the conversion; `text` says what and where in the cell.
function notes.problem(text) add(book.problems, {text = text}) end

function notes.warning(text) add(book.warnings, {text = text}) end

--- A figure without an alternative text; `text` says what stands in for it.
function notes.missing_alt(text) add(book.missing_alts, {text = 'figure without fig-alt, ' .. text}) end

--- A label that this cell defines: `fig-loss`, `eq:softmax`, ...
function notes.label(name) add(book.labels, {name = name}) end

--- A label that this cell refers to.
function notes.reference(name) add(book.references, {name = name}) end

--- A bibliography key that this cell cites.
function notes.citation(key) add(book.citations, {name = key}) end

--- An image that the exporter has to bring; returns the file name it will have.
function notes.image(source)
  for _, image in ipairs(book.images) do
    if image.source == source and image.notebook == here.notebook and image.cell == here.cell then return MARK .. image.target .. MARK end
  end
  local target = ('image-%d'):format(#book.images + 1)
  add(book.images, {source = source, target = target})
  return MARK .. target .. MARK
end

function notes.has_citations() return #book.citations > 0 end

--- Write all notes as JSON to the file `path`.
function notes.save(path)
  local file = assert(io.open(path, 'w'))
  for key, list in pairs(book) do if #list == 0 then book[key] = nil end end
  file:write(pandoc.json.encode(book))
  file:close()
end

return notes
