--- The columns of a table: how each is aligned, how wide it will be, and how a table too wide for the page is set.
local look = require 'look'
local numbers = require 'numbers'

local columns = {}

local ALIGNMENT = {AlignLeft = 'left', AlignRight = 'right', AlignCenter = 'center'}
local CHARACTER = 4.6   -- points, in the type of tables
local INSET = 11        -- points, both sides of a cell together
local SMALLEST = 0.75   -- type is not made smaller than this where there is another way
local LINE = 0.75      -- one more line of a cell, in rows
local TALL = 16        -- rows of more lines may break across pages
local WRAPS = 130       -- points from which a column of words may be broken into lines

local function longest(texts)
  local most = 0
  for _, text in ipairs(texts) do most = math.max(most, #text < 200 and (utf8.len(text) or #text) or 200) end
  return most
end

local function texts_by_column(rows, count)
  local texts = {}
  for k = 1, count do texts[k] = {} end
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row) do
      local list = cell.colspan == 1 and texts[cell.column]
      if list then list[#list + 1] = cell.text end
    end
  end
  return texts
end

-- the columns with a cell that is more than text and has none, as a formula
local function with_formulas(rows)
  local found = {}
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row) do
      if not cell.plain and not cell.style and cell.text == '' then found[cell.column] = true end
    end
  end
  return found
end

--- For every column: `align`, `number` (nil for words), `width` in points (estimated), and `share` where a colspec gives one.
function columns.describe(source)
  local out = {}
  local texts, titles = texts_by_column(source.body, #source.specs), texts_by_column(source.head, #source.specs)
  local formulas = with_formulas(source.body)
  for k, spec in ipairs(source.specs) do
    local number = numbers.column(texts[k])
    if number then number.formulas = formulas[k] end
    out[k] = {
      align = ALIGNMENT[spec[1]] or (number and 'right') or 'left', number = number,
      width = math.max(longest(texts[k]), 1.1 * longest(titles[k])) * CHARACTER + INSET, share = spec[2] and spec[2] > 0 and spec[2] or nil,
    }
  end
  return out
end

local function total(list)
  local sum = 0
  for _, column in ipairs(list) do sum = sum + column.width end
  return sum
end

-- the columns that stay too wide where each may have a part of the room by the square root of its width
local function still_wide(wrapping, room)
  local parts, narrow = 0, 0
  for _, column in ipairs(wrapping) do parts = parts + math.sqrt(column.width) end
  local wide = {}
  for _, column in ipairs(wrapping) do
    if column.width > room * math.sqrt(column.width) / parts then wide[#wide + 1] = column else narrow = narrow + column.width end
  end
  return #wide == #wrapping and wide or still_wide(wide, room - narrow)
end

--- Give the columns of words that may wrap what the others leave of the width; whether that is enough for them.
function columns.wrap(list, available)
  local fixed, wrapping = 0, {}
  for _, column in ipairs(list) do
    if not column.number and column.width > WRAPS then wrapping[#wrapping + 1] = column else fixed = fixed + column.width end
  end
  if #wrapping == 0 or fixed + WRAPS * 0.7 * #wrapping > available then return false end
  for _, column in ipairs(still_wide(wrapping, available - fixed)) do column.fraction = math.sqrt(column.width) end
  return true
end

-- the widths in points that the columns get, once it is known which of them wrap
local function set_widths(list)
  local fixed, fractions, out = 0, 0, {}
  for _, column in ipairs(list) do
    if column.share then fixed = fixed + column.share * look.width
    elseif column.fraction then fractions = fractions + column.fraction
    else fixed = fixed + column.width end
  end
  for k, column in ipairs(list) do
    out[k] = column.share and column.share * look.width or column.fraction and (look.width - fixed) * column.fraction / fractions or column.width
  end
  return out
end

-- the lines that a cell's text fills in so many points; a column is at least one word wide
local function lines(text, width)
  local room, count = math.max(8, (width - INSET) / CHARACTER), 0
  for line in (text .. '\n'):gmatch('(.-)\n') do count = count + math.max(1, math.ceil((utf8.len(line) or #line) / room)) end
  return count
end

--- Whether a cell is one run of words, so that its height is to be told from its text.
function columns.is_line(cell)
  local first = cell.blocks and cell.blocks[1]
  if not first then return true end
  if #cell.blocks > 1 or (first.t ~= 'Plain' and first.t ~= 'Para') then return false end
  return not first.content:find_if(function(inline) return inline.t == 'LineBreak' end)
end

--- The height of a table's body, estimated from its texts, in rows of one line; the rows alone where no column wraps.
-- Cells of rows that are too high for one page to be sure of room for them are marked as `tall`.
function columns.height(source, list)
  local widths, height = set_widths(list), #source.body
  for _, row in ipairs(source.body) do
    local most, rich = 1, false
    for _, cell in ipairs(row) do
      local column = list[cell.column]
      rich = rich or not columns.is_line(cell)
      if column.fraction or column.share then most = math.max(most, lines(cell.text, widths[cell.column])) end
    end
    height = height + LINE * (most - 1)
    for _, cell in ipairs(row) do cell.tall = rich or most > TALL end
  end
  return height
end

--- How a table is set: 'plain' (shrunk a little at most), 'wrapped', 'turned' or 'panels'.
function columns.layout(list)
  local width = total(list)
  if width * SMALLEST <= look.width then return 'plain' end
  if columns.wrap(list, look.width) then return 'wrapped' end
  if width * SMALLEST <= look.height or columns.wrap(list, look.height) then return 'turned' end
  for _, column in ipairs(list) do column.share = nil end   -- shares of the whole are too little for a part
  return 'panels'
end

--- Split columns into groups that fit the page, each led by the same stub columns; lists of column indices.
function columns.panels(list, stubs)
  stubs = math.min(stubs, #list - 1)
  local stub_width, panels, used = 0, {}, math.huge
  for k = 1, stubs do stub_width = stub_width + list[k].width end
  for k = stubs + 1, #list do
    if used + list[k].width > look.width / SMALLEST * 0.95 then
      panels[#panels + 1] = {}
      for stub = 1, stubs do panels[#panels][stub] = stub end
      used = stub_width
    end
    table.insert(panels[#panels], k)
    used = used + list[k].width
  end
  return panels
end

-- about how wide a text is, in characters of a middling width
local function estimated(text)
  local _, narrow = text:gsub("[fijlrtI.,:;'|!()%[%] ]", '')
  local _, wide = text:gsub('[mwA-HK-Z@%%]', '')
  return (utf8.len(text) or #text) - 0.4 * narrow + 0.4 * wide
end

--- The cells among which the widest one is: no text twice, and at most so many, titles and those that look widest.
function columns.widest(cells, most)
  local seen, found = {}, pandoc.List()
  for _, cell in ipairs(cells) do
    if not seen[cell.typst] then found:insert(cell) end
    seen[cell.typst] = true
  end
  if #found <= most then return found end
  for _, cell in ipairs(found) do cell.width = cell.head and math.huge or estimated(cell.text) end
  found:sort(function(one, other) return one.width > other.width end)
  return pandoc.List{table.unpack(found, 1, most)}
end

--- The Typst value of a table's `columns`.
function columns.widths(list)
  local out, plain = {}, true
  for k, column in ipairs(list) do
    out[k] = column.fraction and ('%.1ffr'):format(column.fraction) or column.share and ('%.1f%%'):format(column.share * 100) or 'auto'
    plain = plain and out[k] == 'auto'
  end
  return plain and tostring(#list) or '(' .. table.concat(out, ', ') .. ',)'
end

--- The Typst value of a table's `align`.
function columns.alignments(list)
  local out = {}
  for k, column in ipairs(list) do out[k] = column.align .. ',' end
  return '(' .. table.concat(out, ' ') .. ')'
end

return columns
