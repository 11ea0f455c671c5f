--- Heading levels without gaps (a tagged PDF must not jump from level 1 to level 3).
local headings = {}

local open = {}  -- the written levels of the headings we are inside of

-- the level at which a heading written as `level` is printed
local function printed(level)
  while #open > 0 and open[#open] >= level do table.remove(open) end
  open[#open + 1] = level
  return #open
end

--- Print every heading one level below the heading it stands under, whatever level it was written at.
function headings.normalise(blocks)
  return blocks:walk{Header = function(header)
    header.level = printed(header.level)
    return header
  end}
end

return headings
