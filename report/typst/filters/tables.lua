--- Tables: three rules, headers that repeat, numbers aligned at the decimal point.
local columns = require 'columns'
local figures = require 'figures'
local grid = require 'grid'
local numbers = require 'numbers'
local write = require 'write'

local tables = {}

local LONG = 24   -- tables higher than so many rows of one line may break across pages
-- those that stay where they are written break sooner, since a page must not end with a hole; without a caption the
-- code that shows them comes along
local HERE, BARE = 8, 4
local VERY_LONG, FEW = 60, 8   -- columns of more rows get their widths from so many cells, which look widest
local SEPARATOR = '\u{E001}'

-- The cells that are more than text, written by one call of the writer (a call a cell takes 1 ms each).
local function write_rich_cells(rows)
  local rich, blocks = {}, pandoc.Blocks{}
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row) do
      if not cell.plain and not cell.style then
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
    rich[index].typst = write.closed(text)
  end
end

local function plain_text(cell, column, head)
  if head or not (column and column.number) then return write.string(cell.text) end
  local digits, point = numbers.padding(cell.text, column.number)
  local text = write.string(numbers.text(cell.text))
  if column.align ~= 'right' or (digits == 0 and not point) then return text end
  return ('[#%s#pad-number(%d, %s)]'):format(text, digits, tostring(point))
end

-- a cell whose whole text is bold or italic
local function styled_text(cell) return ('%s(%s)'):format(cell.style, write.string(cell.text)) end

local function colour(name) return ('rgb(%s)'):format(write.string(name)) end

-- the fill of a cell: one colour, or those of a bar with the places where they begin
local function fill(value)
  if not value:find(' ', 1, true) then return colour(value) end
  local stops, last = {}, nil
  for name, begin in value:gmatch('(#%x+) ([%d.]+)') do
    if last then stops[#stops + 1] = ('(%s, %s%%)'):format(colour(last), begin) end
    stops[#stops + 1] = ('(%s, %s%%)'):format(colour(name), begin)
    last = name
  end
  return ('gradient.linear(%s, (%s, 100%%))'):format(table.concat(stops, ', '), colour(last))
end

local function content_of(cell, column, head)
  local text = cell.plain and plain_text(cell, column, head) or cell.typst and '[' .. cell.typst .. ']' or styled_text(cell)
  return head and cell.text ~= '' and 'strong(' .. text .. ')' or text
end

local function cell_typst(cell, column, head)
  local text = content_of(cell, column, head)
  if cell.leads then text = 'continued + ' .. text end
  if cell.looks.ink then text = ('text(fill: %s, %s)'):format(colour(cell.looks.ink), text) end
  local settings = {}
  if cell.looks.fill then settings[#settings + 1] = 'fill: ' .. fill(cell.looks.fill) end
  if cell.tall then settings[#settings + 1] = 'breakable: true' end
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

local function row_typst(row, list, head)
  local out = {}
  for _, cell in ipairs(row) do out[#out + 1] = cell_typst(cell, list[cell.column], head) end
  return '    ' .. table.concat(out, ', ') .. ','
end

local function head_typst(rows, list)
  if #rows == 0 then return '' end
  local out = {}
  for index, row in ipairs(rows) do
    out[#out + 1] = row_typst(row, list, true)
    if index < #rows then out[#out + 1] = span_rules(row) end
  end
  return '  table.header(\n' .. table.concat(out, '\n') .. '\n    table.hline(stroke: thin-rule),\n  ),\n'
end

-- one table of Typst; `list` describes its columns, `widths` is the Typst value of its widths
local function table_typst(head, body, list, widths)
  local lines = {}
  for index, row in ipairs(body) do lines[index] = row_typst(row, list, false) end
  return ('table(\n  columns: %s, align: %s,\n  table.hline(stroke: thick-rule),\n%s%s\n  table.hline(stroke: thick-rule),\n)')
    :format(widths or columns.widths(list), columns.alignments(list), head_typst(head, list), table.concat(lines, '\n'))
end

-- for each column the contents that decide its width; nil where cells span columns or have blocks, so that the whole
-- table has to be measured, unless that would take too long
local function probes(source, list)
  local out, long = {}, #source.body > VERY_LONG
  for k = 1, #list do out[k] = pandoc.List() end
  for _, rows in ipairs{source.head, source.body} do
    for _, row in ipairs(rows) do
      for _, cell in ipairs(row) do
        if not long and (cell.colspan > 1 or not columns.is_line(cell)) then return nil end
        if cell.colspan == 1 then
          local head = rows == source.head
          out[cell.column]:insert{text = cell.text, typst = content_of(cell, list[cell.column], head), head = head}
        end
      end
    end
  end
  for k, cells in ipairs(out) do
    local widest = columns.widest(cells, long and FEW or #cells)
    out[k] = ('(%s)'):format(table.concat(widest:map(function(cell) return cell.typst .. ',' end), ' '))
  end
  return ('(%s,)'):format(table.concat(out, ', '))
end

-- a table whose columns are as wide as they want to be, shrunk where that is too wide
local function natural_typst(source, list)
  local found = probes(source, list)
  if not found then return ('measured-table-block(%s)'):format(table_typst(source.head, source.body, list)) end
  return ('table-block(%s, widths => %s)'):format(found, table_typst(source.head, source.body, list, 'widths'))
end

local function panels_typst(source, list)
  local out = {}
  for _, indices in ipairs(columns.panels(list, source.stubs)) do
    local chosen = {}
    for new, old in ipairs(indices) do chosen[new] = list[old] end
    out[#out + 1] = natural_typst({head = grid.select(source.head, indices), body = grid.select(source.body, indices)}, chosen)
  end
  return 'panels(' .. table.concat(out, ', ') .. ')'
end

local function block_typst(source, list, layout)
  if layout == 'panels' then return panels_typst(source, list) end
  if pandoc.List(list):find_if(function(column) return column.fraction or column.share end) then
    return 'wide-table-block(' .. table_typst(source.head, source.body, list) .. ')'
  end
  return natural_typst(source, list)
end

-- a grid with its caption and label as a block of Typst; `options` are those of its cell
local function convert(source, caption, label, options)
  write_rich_cells(source.head)
  write_rich_cells(source.body)
  local list = columns.describe(source)
  local layout = options.turned == 'true' and 'turned' or columns.layout(list)
  local placement = layout == 'turned' and 'none' or options.placement
  local captioned = #caption > 0 or label ~= ''
  if captioned and source.head[1] and source.head[1][1] then source.head[1][1].leads = true end
  local height = columns.height(source, list)
  local body = block_typst(source, list, layout)
  local long = height > (not captioned and BARE or placement == 'none' and HERE or LONG)
  local text = captioned and figures.figure('table', body, caption, label, long or layout == 'panels', placement)
    or ('%s#block(width: 100%%, breakable: %s, %s)'):format(long and layout ~= 'turned' and '#room(1.5cm, above: auto)\n' or '', tostring(long), body)
  if layout ~= 'turned' then return write.raw_block(text) end
  return write.raw_block(('#%s[\n%s\n]'):format(captioned and not long and 'turned' or 'landscape', text))
end

local function own_caption(element) return pandoc.utils.blocks_to_inlines(element.caption.long) end

-- what a page puts around a table would keep it from floating
local function unwrapped(div) return div.content end

-- the caption and the label of a cell go to its first table
local function table_div(div)
  local caption, blocks = figures.split(div)
  local label = div.identifier
  local function first(source, its_caption, its_label)
    local out = convert(source, #caption > 0 and caption or its_caption, label ~= '' and label or its_label, div.attributes)
    caption, label = pandoc.Inlines{}, ''
    return out, false
  end
  return blocks:walk{Div = unwrapped}:walk{traverse = 'topdown',
    Table = function(element) return first(grid.of_table(element), own_caption(element), element.identifier) end,
    CodeBlock = function(block)
      if not block.classes:includes('our grid') then return nil end
      local source = grid.of_json(block.text)
      return first(source, pandoc.Inlines(source.caption), '')
    end,
  }
end

local function div(element)
  if element.classes:includes('our table') then return table_div(element), false end
end

local function bare_table(element)
  return convert(grid.of_table(element), own_caption(element), element.identifier, element.attributes), false
end

tables.filters = {{traverse = 'topdown', Div = div, Table = bare_table}}

return tables
