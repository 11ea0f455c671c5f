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

local function is_empty(header)
  return write.is_blank(header.content) and not header.content:find_if(function(inline) return inline.t == 'RawInline' and inline.format == 'typst' end)
end

--- Print every heading one level below the heading it stands under, whatever level it was written at; drop empty ones.
function headings.normalise(blocks)
  return blocks:walk{Header = function(header)
    if is_empty(header) then return {} end
    header.level = printed(header.level)
    return header
  end}
end

return headings
