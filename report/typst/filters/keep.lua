--- What stays on one page: a sentence that introduces something, code with the start of what it shows, words before a box.
local write = require 'write'

local keep = {}

local SHORT = 400   -- characters of a paragraph that may come along whole; a longer one has words enough to stand above a box

-- the Typst of a block, nil for one that is still pandoc's: asked once for each, since it is copied each time
local function typst_of(block) return block.t == 'RawBlock' and block.text or nil end
local function starts(typst, text) return typst ~= nil and typst:sub(1, #text) == text end

-- whether code above a block stays with it, as a value of Typst; nil for no. A high picture without caption may float;
-- much code and the caption and first rows of a table together are too much to be moved
local function stays_with(typst, code)
  if not typst then return nil end
  local picture = typst:match('^#figure%(kind: image, supplement: none, .-%.%.(here%-if%-low%b())')
  if picture then return picture .. ' != (:)' end
  if starts(typst, '#room(3') then return starts(code, '#code(breakable: false') and 'true' end
  return (starts(typst, '#room(') or starts(typst, '#terminal(') or starts(typst, '#block(') or starts(typst, '#placeholder[')) and 'true'
end

local function is_display(inline) return inline.t == 'RawInline' and inline.text:find('^#math%.equation%(block: true') ~= nil end

-- whether words end with a colon
local function introduces(words) return pandoc.utils.stringify(words):match(':%s*$') ~= nil end

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

-- what a block becomes that stands right above another one; with the Typst of both
local function above(block, typst, below, below_typst)
  local sticky = starts(typst, '#code(') and stays_with(below_typst, typst)
  if sticky then return write.raw_block('#code(sticky: ' .. sticky .. ', ' .. typst:sub(#'#code(' + 1)) end
  if block.t ~= 'Para' then return block end
  local is_box = below.t == 'BlockQuote' or starts(below_typst, '#boxed(')
  local belongs = introduces(block) or is_box and #pandoc.utils.stringify(block) <= SHORT
  return belongs and with_next(block.content) or block
end

local function together(blocks)
  local out, last, last_typst = pandoc.Blocks{}, nil, nil  -- the place of the block right above the next one, its Typst
  for _, block in ipairs(blocks) do
    local typst = typst_of(block)
    local is_comment = starts(typst, '//')
    if last and not is_comment then out[last] = above(out[last], last_typst, block, typst) end
    out:extend(block.t == 'Para' and pieces(block) or {block})
    if not is_comment then last, last_typst = #out, typst end
  end
  return out
end

--- The same blocks, here and within all of them, with what belongs together kept on one page.
function keep.together(blocks) return blocks:walk{Blocks = together} end

return keep
