--- Tables: three rules, headers that repeat, numbers aligned at the decimal point.
local figures = require 'figures'
local grid = require 'grid'
local numbers = require 'numbers'
local write = require 'write'

local tables = {}

local ALIGNMENT = {AlignLeft = 'left', AlignRight = 'right', AlignCenter = 'center'}
local SEPARATOR = '\u{E001}'

-- The cells that are more than text, written by one call of the writer (a call a cell takes 1 ms each).
local function write_rich_cells(rows)
  local rich, blocks = {}, pandoc.Blocks{}
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row) do
      if not cell.plain then
        rich[#rich + 1] = cell
        blocks:extend(cell.blocks)
        blocks:insert(write.raw_block(SEPARATOR))
      end
    end
  end
  if #rich == 0 then return end
  local index = 0
  for text in write.blocks(blocks):gmatch('(.-)' .. SEPARATOR) do
    index = index + 1
    rich[index].typst = text:match('^%s*(.-)%s*$')
  end
end

local function column_texts(rows, count)
  local texts = {}
  for k = 1, count do texts[k] = {} end
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row) do
      if cell.colspan == 1 and texts[cell.column] then table.insert(texts[cell.column], cell.text) end
    end
  end
  return texts
end

-- for every column its alignment, and how its numbers are set (nil for words)
local function columns_of(element, rows)
  local out, texts = {}, column_texts(rows, #element.colspecs)
  for k, spec in ipairs(element.colspecs) do
    local number = numbers.column(texts[k])
    out[k] = {align = ALIGNMENT[spec[1]] or (number and 'right') or 'left', number = number, texts = texts[k]}
  end
  return out
end

local function plain_text(cell, column, head)
  if head or not (column and column.number) then return write.string(cell.text) end
  local digits, point = numbers.padding(cell.text, column.number)
  local text = write.string(numbers.text(cell.text))
  if column.align ~= 'right' or (digits == 0 and not point) then return text end
  return ('[#%s#pad-number(%d, %s)]'):format(text, digits, tostring(point))
end

local function cell_typst(cell, column, head)
  local text = cell.plain and plain_text(cell, column, head) or '[' .. cell.typst .. ']'
  local settings = {}
  if cell.colspan > 1 then settings[#settings + 1] = 'colspan: ' .. cell.colspan end
  if cell.rowspan > 1 then settings[#settings + 1] = 'rowspan: ' .. cell.rowspan end
  if head and cell.colspan > 1 then settings[#settings + 1] = 'align: center' end
  if #settings == 0 then return text end
  return ('table.cell(%s, %s)'):format(table.concat(settings, ', '), text)
end

-- a thin rule below every header cell that spans several columns
local function span_rules(row)
  local out = {}
  for _, cell in ipairs(row) do
    if cell.colspan > 1 then
      out[#out + 1] = ('table.hline(start: %d, end: %d, stroke: thin-rule),'):format(cell.column - 1, cell.column + cell.colspan - 1)
    end
  end
  return table.concat(out, ' ')
end

local function row_typst(row, columns, head)
  local out = {}
  for _, cell in ipairs(row) do out[#out + 1] = cell_typst(cell, columns[cell.column], head) end
  return '    ' .. table.concat(out, ', ') .. ','
end

local function head_typst(rows, columns)
  if #rows == 0 then return '' end
  local out = {}
  for index, row in ipairs(rows) do
    out[#out + 1] = row_typst(row, columns, true)
    if index < #rows then out[#out + 1] = span_rules(row) end
  end
  return '  table.header(\n' .. table.concat(out, '\n') .. '\n    table.hline(stroke: thin-rule),\n  ),\n'
end

local function widths(element)
  local out, fixed = {}, false
  for k, spec in ipairs(element.colspecs) do
    fixed = fixed or (spec[2] or 0) > 0
    out[k] = (spec[2] or 0) > 0 and ('%.1f%%'):format(spec[2] * 100) or 'auto'
  end
  return fixed and '(' .. table.concat(out, ', ') .. ',)' or tostring(#out)
end

local function alignments(columns)
  local out = {}
  for k, column in ipairs(columns) do out[k] = column.align .. ',' end
  return '(' .. table.concat(out, ' ') .. ')'
end

local function table_typst(element)
  local head, body = grid.head(element), grid.body(element)
  write_rich_cells(head)
  write_rich_cells(body)
  local columns = columns_of(element, body)
  local lines = {}
  for index, row in ipairs(body) do lines[index] = row_typst(row, columns, false) end
  return ('table-block(table(\n  columns: %s, align: %s,\n  table.hline(stroke: thick-rule),\n%s%s\n  table.hline(stroke: thick-rule),\n))')
    :format(widths(element), alignments(columns), head_typst(head, columns), table.concat(lines, '\n'))
end

local function with_caption(element, caption, label)
  local body = table_typst(element)
  if #caption == 0 and label == '' then return write.raw_block('#' .. body) end
  return write.raw_block(figures.figure('table', body, caption, label))
end

local function own_caption(element) return pandoc.utils.blocks_to_inlines(element.caption.long) end

-- the caption and the label of a cell go to its first table
local function table_div(div)
  local caption, blocks = figures.split(div)
  local label = div.identifier
  return blocks:walk{Table = function(element)
    if #caption == 0 then caption = own_caption(element) end
    if label == '' then label = element.identifier end
    local out = with_caption(element, caption, label)
    caption, label = pandoc.Inlines{}, ''
    return out, false
  end}
end

local function div(element)
  if element.classes:includes('table') then return table_div(element), false end
end

local function bare_table(element) return with_caption(element, own_caption(element), element.identifier), false end

tables.filters = {{traverse = 'topdown', Div = div, Table = bare_table}}

return tables
