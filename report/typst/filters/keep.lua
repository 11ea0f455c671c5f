--- What stays on one page: a sentence that introduces something, code with the start of what it shows, words before a box.
local write = require 'write'

local keep = {}

local SHORT = 400   -- characters of a paragraph that may come along whole; a longer one has words enough to stand above a box

local function is_comment(block) return block.t == 'RawBlock' and block.text:sub(1, 2) == '//' end
local function starts(block, text) return block.t == 'RawBlock' and block.text:sub(1, #text) == text end

-- whether code above a block stays with it, as a value of Typst; nil for no. A high picture without caption may float;
-- much code and the caption and first rows of a table together are too much to be moved
local function stays_with(block, code)
  if block.t ~= 'RawBlock' then return nil end
  local picture = block.text:match('^#figure%(kind: image, supplement: none, .-%.%.(here%-if%-low%b())')
  if picture then return picture .. ' != (:)' end
  if starts(block, '#room(3') then return starts(code, '#code(breakable: false') and 'true' end
  return (starts(block, '#room(') or starts(block, '#terminal(') or starts(block, '#block(') or starts(block, '#placeholder[')) and 'true'
end

local function is_box(block) return block.t == 'BlockQuote' or starts(block, '#boxed(') end
local function is_display(inline) return inline.t == 'RawInline' and inline.text:find('^#math%.equation%(block: true') ~= nil end

-- whether words end with a colon, which their last ones tell
local function introduces(inlines)
  for index = #inlines, 1, -1 do
    local text = pandoc.utils.stringify(inlines[index])
    if text:find('%S') then return text:match(':%s*$') ~= nil end
  end
  return false
end

local function with_next(inlines) return write.raw_block('#with-next[' .. write.blocks{pandoc.Para(inlines)} .. ']') end

-- a paragraph in pieces, where words that introduce a displayed formula end with a colon
local function pieces(paragraph)
  local out, current = pandoc.Blocks{}, pandoc.Inlines{}
  for _, inline in ipairs(paragraph.content) do
    if is_display(inline) and introduces(current) then
      out:insert(with_next(current))
      current = pandoc.Inlines{}
    end
    current:insert(inline)
  end
  if #current > 0 then out:insert(pandoc.Para(current)) end
  return out
end

-- what a block becomes that stands right above another one
local function above(block, below)
  local sticky = starts(block, '#code(') and stays_with(below, block)
  if sticky then return write.raw_block('#code(sticky: ' .. sticky .. ', ' .. block.text:sub(#'#code(' + 1)) end
  if block.t ~= 'Para' then return block end
  local belongs = introduces(block.content) or is_box(below) and #pandoc.utils.stringify(block) <= SHORT
  return belongs and with_next(block.content) or block
end

local function together(blocks)
  local out, last = pandoc.Blocks{}, nil  -- the place of the block that stands right above the next one
  for _, block in ipairs(blocks) do
    if last and not is_comment(block) then out[last] = above(out[last], block) end
    out:extend(block.t == 'Para' and pieces(block) or {block})
    if not is_comment(block) then last = #out end
  end
  return out
end

--- The same blocks, here and within all of them, with what belongs together kept on one page.
function keep.together(blocks) return blocks:walk{Blocks = together} end

return keep
