--- Code cells, listings, code in prose, and what a cell printed.
local figures = require 'figures'
local look = require 'look'
local write = require 'write'

local code = {}

-- the width of a character in points: of code, of printed output; and what a box and its line numbers take
local CODE, PRINTED, BOX, NUMBERS = 4.697, 4.576, 21, 13
local LONGEST = 4000         -- characters of a line; the middle of a longer one is left out
local TURNS = 400            -- times that the lines of one block may go on: Typst sets no more than 511 in a paragraph
local LONG, HERE = 12, 9    -- lines from which listings, and code that is none, may break across pages
local SMALLEST = 0.88        -- lines that are a little too long make the type of their block smaller, down to this
local TURN = '\u{E000}'      -- where a long line goes on in the next; the template draws the mark

local width = pandoc.layout.real_length

-- how many characters fit on a line
local function fitting(character, taken) return math.max(20, math.floor((look.width - BOX - (taken or 0)) / character)) end

-- Whether a line can be broken behind a character.
local function breaks(character) return character:match('^[%s,;)%]}]$') ~= nil end

-- A line in pieces of at most `columns` characters of one column, broken behind a blank or comma where there is one;
-- `used` columns of the first piece are taken already. Returns the pieces and the columns the last one takes.
local function pieces(line, columns, used)
  local out, first, blank, used_at_blank = {}, 1, nil, 0
  for position, point in utf8.codes(line) do
    local character = utf8.char(point)
    local wide = point < 0x1100 and 1 or width(character)
    if used + wide > columns then
      local last = blank or position - 1
      out[#out + 1] = line:sub(first, last)
      first, used, blank = last + 1, blank and used - used_at_blank or 0, nil
    end
    used = used + wide
    if used > columns * 0.6 and breaks(character) then blank, used_at_blank = position + #character - 1, used end
  end
  out[#out + 1] = line:sub(first)
  return out, used
end

-- A line of which the middle is left out where it has more than `limit` characters.
local function shortened(line, limit)
  local count = #line > limit and pandoc.text.len(line) or 0
  if count <= limit then return line end
  local half = limit // 2
  return ('%s %s %s'):format(pandoc.text.sub(line, 1, half), look.said('characters_left_out', count - 2 * half), pandoc.text.sub(line, -half))
end

--- Mark where lines longer than the page go on in the next line.
-- @param columns how many characters fit on a line
-- @param used columns that the first line has used up already
-- @param turns how often lines of the same block have gone on already
-- @return the text; the columns used by its last line; how often lines have gone on now
function code.wrap(text, columns, used, turns)
  local lines = {}
  for line in (text:gsub('\t', '    ') .. '\n'):gmatch('(.-)\n') do
    if #lines > 0 then used = 0 end
    line = shortened(line, turns < TURNS and LONGEST or columns // 2)
    if #line + used <= columns then
      lines[#lines + 1], used = line, used + #line
    else
      local parts
      parts, used = pieces(line, columns - 2, used)
      lines[#lines + 1], turns = table.concat(parts, TURN), turns + #parts - 1
    end
  end
  return table.concat(lines, '\n'), used, turns
end

-- the scale of the type at which all lines fit, if it is not too small; else 1
local function scale(text, columns)
  local most = columns
  for line in text:gmatch('[^\n]+') do
    if #line > most then most = math.max(most, width(line)) end
    if most * SMALLEST > columns then return 1 end
  end
  return columns / most
end

-- arguments of `code` in the template, without those of its box
local function raw(block, columns)
  local text = block.text:gsub('\t', '    ')
  local size = scale(text, columns)
  if size == 1 then text = code.wrap(text, columns, 0, 0) end
  local code_of_it = ('raw(%s, lang: %s, block: true)'):format(write.string(text), write.string(block.classes[1] or 'text'))
  return size < 1 and ('scale: %.3f, %s'):format(math.floor(size * 1000) / 1000, code_of_it) or code_of_it
end

-- whether code has more lines than may be kept together
local function is_longer(block, most) return select(2, block.text:gsub('\n', '')) >= most end

local function plain(block)
  return write.raw_block(('#code(%s%s)'):format(is_longer(block, HERE) and '' or 'breakable: false, ', raw(block, fitting(CODE))))
end

local function code_div(div)
  local caption, blocks = figures.split(div)
  if #caption == 0 and div.identifier == '' then return plain(blocks[1]) end
  local body = 'code(numbered: true, ' .. raw(blocks[1], fitting(CODE, NUMBERS)) .. ')'
  return write.raw_block(figures.figure('raw', body, caption, div.identifier, is_longer(blocks[1], LONG)))
end

local function terminal(div)
  local runs, text, used, turns, columns = {}, nil, 0, 0, fitting(PRINTED)
  for _, run in ipairs(div.content[1].content) do
    text, used, turns = code.wrap(run.text, columns, used, turns)
    runs[#runs + 1] = ('(%s, %s, %s),'):format(write.string(text), run.attributes.colour or 'none', run.attributes.bold or 'false')
  end
  return write.raw_block(('#terminal(%s, (%s))'):format(write.string(div.attributes.stream), table.concat(runs, ' ')))
end

local function div(element)
  if element.classes:includes('our code') then return code_div(element), false end
  if element.classes:includes('our terminal') then return terminal(element), false end
end

code.filters = {{traverse = 'topdown', Div = div, CodeBlock = plain}}

return code
