--- A pandoc table as a grid: rows of cells that know their column, their text and whether it is plain.
local grid = {}

local PLAIN = {Str = true, Space = true, SoftBreak = true}

local function inlines_of(blocks)
  if #blocks == 0 then return {} end
  if #blocks == 1 and (blocks[1].t == 'Plain' or blocks[1].t == 'Para') then return blocks[1].content end
end

-- the colours of a cell, from the attributes of `styles.py`
local function looks_of(given)
  return {fill = given['our-fill'], ink = given['our-ink']}
end

-- the text of blocks, and whether they are nothing but text
local function text_of(blocks)
  local inlines = inlines_of(blocks)
  if not inlines then return pandoc.utils.stringify(blocks), false end
  if #inlines == 0 then return '', true end
  if #inlines == 1 and inlines[1].t == 'Str' then return inlines[1].text, true end
  for _, inline in ipairs(inlines) do
    if not PLAIN[inline.t] then return pandoc.utils.stringify(inlines), false end
  end
  return pandoc.utils.stringify(inlines), true
end

local function occupy(busy, row, cell)
  for r = row, row + cell.rowspan - 1 do
    busy[r] = busy[r] or {}
    for c = cell.column, cell.column + cell.colspan - 1 do busy[r][c] = true end
  end
end

-- each part of what is pandoc's is asked for once, since it is copied each time
local function pandoc_cell(cell)
  local blocks = cell.contents
  local text, plain = text_of(blocks)
  return {colspan = math.min(cell.col_span, 1000), rowspan = cell.row_span, text = text, plain = plain, blocks = not plain and blocks or nil, looks = looks_of(cell.attr.attributes)}
end

local function plain_cell(cell)
  if type(cell) == 'string' then return {colspan = 1, rowspan = 1, text = cell, plain = true, looks = {}} end
  return {colspan = math.tointeger(cell[2]), rowspan = math.tointeger(cell[3]), text = cell[1], plain = cell[4] == '', style = cell[4], looks = cell[5]}
end

-- place the cells of rows in their columns
local function place(rows, cells_of, entry_of)
  local busy, out = {}, {}
  for index, row in ipairs(rows) do
    local column, line = 1, {}
    for _, cell in ipairs(cells_of(row)) do
      while busy[index] and busy[index][column] do column = column + 1 end
      local entry = entry_of(cell)
      entry.column, entry.rowspan = column, math.min(entry.rowspan, #rows - index + 1)
      if entry.colspan > 1 or entry.rowspan > 1 then occupy(busy, index, entry) end
      line[#line + 1] = entry
      column = column + entry.colspan
    end
    out[index] = line
  end
  return out
end

-- all rows of the bodies and the foot of a table
local function body_rows(bodies, foot)
  local rows = pandoc.List()
  for _, body in ipairs(bodies) do
    rows:extend(body.head)
    rows:extend(body.body)
  end
  rows:extend(foot.rows)
  return place(rows, function(row) return row.cells end, pandoc_cell)
end

local function shows_nothing(cell) return cell.text == '' and not cell.blocks end

-- whether the last header row only names the index: its texts stand where the row above is empty
local function is_index_name(last, above)
  if #last ~= #above then return false end
  local any = false
  for k, cell in ipairs(last) do
    if above[k].colspan > 1 or above[k].rowspan > 1 or not (shows_nothing(above[k]) or shows_nothing(cell)) then return false end
    any = any or not shows_nothing(cell)
  end
  return any
end

local function stub_columns(bodies)
  local most = 1
  for _, body in ipairs(bodies) do most = math.max(most, body.row_head_columns) end
  return most
end

-- the row in which pandas names the index is folded into the one above
local function fold_index_names(rows)
  local last, above = rows[#rows], rows[#rows - 1]
  if above and is_index_name(last, above) then
    for k, cell in ipairs(last) do if not shows_nothing(cell) then above[k] = cell end end
    rows[#rows] = nil
  end
  return rows
end

--- The grid of a pandoc table: `head` and `body` (rows of {column, colspan, rowspan, text, plain, blocks}),
-- `specs` (alignment and share of the width of each column), `stubs` (columns that name the rows).
function grid.of_table(element)
  local head = place(element.head.rows, function(row) return row.cells end, pandoc_cell)
  local bodies = element.bodies
  return {head = fold_index_names(head), body = body_rows(bodies, element.foot), specs = element.colspecs, stubs = stub_columns(bodies)}
end

local function column_count(rows)
  local most = 0
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row) do most = math.max(most, cell.column + cell.colspan - 1) end
  end
  return most
end

--- The grid of a table that `tables.py` has read, as JSON.
function grid.of_json(text)
  local source = pandoc.json.decode(text, false)
  local function itself(row) return row end
  local head, body = place(source.head, itself, plain_cell), place(source.body, itself, plain_cell)
  local specs = {}
  for k = 1, math.max(column_count(head), column_count(body)) do specs[k] = {'AlignDefault'} end
  return {head = fold_index_names(head), body = body, specs = specs, stubs = math.max(1, source.stubs), caption = source.caption}
end

--- The cells of some columns only; spans are cut to them.
function grid.select(rows, indices)
  local position = {}
  for new, old in ipairs(indices) do position[old] = new end
  local out = {}
  for index, row in ipairs(rows) do
    out[index] = {}
    for _, cell in ipairs(row) do
      local first, count = nil, 0
      for column = cell.column, cell.column + cell.colspan - 1 do
        first, count = first or position[column], count + (position[column] and 1 or 0)
      end
      if first then
        table.insert(out[index], setmetatable({column = first, colspan = count, source = cell.column}, {__index = cell}))
      end
    end
  end
  return out
end

return grid
