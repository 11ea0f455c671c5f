--- Heading levels without gaps (a tagged PDF must not jump from level 1 to level 3).
local write = require 'write'

local headings = {}

local open = {}  -- the written levels of the headings we are inside of

-- the level at which a heading written as `level` is printed
local function printed(level)
  while #open > 0 and open[#open] >= level do table.remove(open) end
  open[#open + 1] = level
  return #open
end

local function shows_typst(inline) return inline.t == 'RawInline' and inline.format == 'typst' end

-- a heading without a word is none: a picture or a formula alone stays as a paragraph
local function without_words(header)
  return header.content:find_if(shows_typst) and pandoc.Para(header.content) or {}
end

-- whether a heading is longer than any contents or bookmark can hold
local function is_endless(header) return #pandoc.utils.stringify(header.content) > write.MOST end

-- a heading as a paragraph that links still find
local function line(header)
  local anchor = header.identifier ~= '' and '#metadata(none)' .. write.label(header.identifier) or ''
  return pandoc.Para{write.raw_inline(anchor), pandoc.Strong(header.content)}
end

--- Print every heading one level below the heading it stands under, whatever level it was written at; without words, or
-- with pages of them, it is none.
function headings.normalise(blocks)
  return blocks:walk{Header = function(header)
    if write.is_blank(header.content) then return without_words(header) end
    if is_endless(header) then return line(header) end
    header.level = printed(header.level)
    return header
  end}
end

return headings
