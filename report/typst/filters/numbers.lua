--- Numbers in tables: which columns are numeric, and how their decimal points come to stand below each other.
local numbers = {}

local BLANKS = {[''] = true, ['-'] = true, ['--'] = true, ['–'] = true, ['—'] = true, nan = true, none = true, ['<na>'] = true, nat = true, inf = true, ['-inf'] = true, ['∞'] = true, ['-∞'] = true}

-- A true minus sign is three bytes, of which a class in brackets would take one.
local function ascii(text) return (text:gsub('−', '-')) end

-- the fraction digits of a number, which may have a star behind it, or nil where the text is no number
local function fraction(text)
  local plain, stars = ascii(text):gsub('^[+-]', ''):gsub('^[$€£]', ''):gsub('(%d)%*$', '%1')
  local whole, rest = plain:match('^(%d[%d,]*)(.*)$')
  if not whole then whole, rest = '', plain:match('^(%.%d.*)$') end
  if not rest then return nil end
  local digits, suffix = rest:match('^%.?(%d*)(.*)$')
  local has_point = rest:sub(1, 1) == '.'
  suffix = suffix:gsub('^\u{A0}%%$', '%%'):gsub('^ %%$', '%%')
  if suffix ~= '' and suffix ~= '%' and not suffix:match('^[eE][+-]?%d+$') then return nil end
  return {digits = has_point and #digits or 0, point = has_point, exponent = suffix:match('^[eE]') ~= nil, percent = suffix == '%', stars = stars}
end

--- How a column of texts is set.
-- @return nil for a column of words, else {digits, point, exponent, stars}: what its longest fraction has
function numbers.column(texts)
  local longest, any, percents, others = {digits = 0, point = false, exponent = false, stars = 0}, false, false, false
  for _, text in ipairs(texts) do
    local part = fraction(text)
    if not part and not BLANKS[ascii(text):lower()] then return nil end
    if part then
      any, percents, others = true, percents or part.percent, others or not part.percent
      longest.digits, longest.stars = math.max(longest.digits, part.digits), math.max(longest.stars, part.stars)
      longest.point, longest.exponent = longest.point or part.point, longest.exponent or part.exponent
    end
  end
  longest.exponent = longest.exponent or percents and others   -- points of numbers with and without a sign do not meet
  return any and longest or nil
end

--- The text of a number with a true minus sign.
function numbers.text(text)
  return (text:gsub('^%-(%.?%d)', '−%1'):gsub('([eE])%-(%d)', '%1−%2'):gsub('^%-inf', '−inf'))
end

--- The digits, and whether the point too, that a number lacks behind its own fraction to end below the longest one; a
-- star is as wide as a digit. A whole number among formulas ends where they do.
function numbers.padding(text, column)
  local part = fraction(text)
  if not part or column.exponent or column.formulas and not part.point then return 0, false end
  return column.digits - part.digits + column.stars - part.stars, column.point and not part.point
end

return numbers
