--- A pandoc table as a grid: rows of cells that know their column, their text and whether it is plain.
local grid = {}

local PLAIN = {Str = true, Space = true, SoftBreak = true}

local function inlines_of(cell)
  local blocks = cell.contents
  if #blocks == 0 then return {} end
  if #blocks == 1 and (blocks[1].t == 'Plain' or blocks[1].t == 'Para') then return blocks[1].content end
end

-- the text of a cell, and whether it is nothing but text
local function text_of(cell)
  local inlines = inlines_of(cell)
  if not inlines then return pandoc.utils.stringify(cell.contents), false end
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

--- Rows of a table part, each a list of {column, colspan, rowspan, text, plain, blocks}.
function grid.rows(rows)
  local busy, out = {}, {}
  for index, row in ipairs(rows) do
    local column, line = 1, {}
    for _, cell in ipairs(row.cells) do
      while busy[index] and busy[index][column] do column = column + 1 end
      local text, plain = text_of(cell)
      local entry = {column = column, colspan = cell.col_span, rowspan = math.min(cell.row_span, #rows - index + 1),
        text = text, plain = plain, blocks = not plain and cell.contents or nil}
      if entry.colspan > 1 or entry.rowspan > 1 then occupy(busy, index, entry) end
      line[#line + 1] = entry
      column = column + entry.colspan
    end
    out[index] = line
  end
  return out
end

--- All rows of the bodies and the foot of a table.
function grid.body(element)
  local rows = pandoc.List()
  for _, body in ipairs(element.bodies) do
    rows:extend(body.head)
    rows:extend(body.body)
  end
  rows:extend(element.foot.rows)
  return grid.rows(rows)
end

-- whether the last header row only names the index: its texts stand where the row above is empty
local function is_index_name(last, above)
  if #last ~= #above then return false end
  local any = false
  for k, cell in ipairs(last) do
    if above[k].colspan > 1 or above[k].rowspan > 1 or (above[k].text ~= '' and cell.text ~= '') then return false end
    any = any or cell.text ~= ''
  end
  return any
end

--- Rows of the head; the row in which pandas names the index is folded into the one above.
function grid.head(element)
  local rows = grid.rows(element.head.rows)
  local last, above = rows[#rows], rows[#rows - 1]
  if above and is_index_name(last, above) then
    for k, cell in ipairs(last) do if cell.text ~= '' then above[k] = cell end end
    rows[#rows] = nil
  end
  return rows
end

return grid
