--- TeX math to Typst math. `formulas.filters` turns every formula of a cell into Typst; the rest are its steps.
local notes = require 'notes'
local write = require 'write'

local formulas = {}

local ENVIRONMENTS = pandoc.List{'align', 'equation', 'gather', 'multline', 'eqnarray', 'aligned', 'alignat', 'split', 'cases', 'flalign'}

-- symbol names that pandoc 3.9 writes and Typst 0.15 no longer knows
local SYMBOLS = {
  {'dot%.circle', 'dot.o'}, {'times%.circle', 'times.o'}, {'plus%.circle', 'plus.o'}, {'minus%.circle', 'minus.o'},
  {'dash%.circle', 'dash.o'}, {'sect%.double', 'inter.double'}, {'sect%.big', 'inter.big'}, {'sect%.sq', 'inter.sq'},
}

--- Whether raw TeX is a displayed formula (`\begin{align} ...`).
function formulas.is_environment(tex)
  local name = tex:match('^%s*\\begin{(%a+)%*?}')
  return name ~= nil and ENVIRONMENTS:includes(name)
end

-- rewrite what pandoc's TeX reader does not know or reads differently
local function prepare(tex)
  tex = tex:gsub('\\!', ''):gsub('\\negthinspace', ''):gsub('\\;', '\\:'):gsub('\\nonumber', ''):gsub('\\notag', '')
  tex = tex:gsub('\\degree', '^{\\circ}'):gsub('\\textcolor%s*{[^}]*}', ''):gsub('\\color%s*{[^}]*}', '')
  tex = tex:gsub('\\begin{vmatrix}', '\\left|\\begin{matrix}'):gsub('\\end{vmatrix}', '\\end{matrix}\\right|')
  tex = tex:gsub('\\begin{Vmatrix}', '\\left\\|\\begin{matrix}'):gsub('\\end{Vmatrix}', '\\end{matrix}\\right\\|')
  tex = tex:gsub('\\left%s*\\|', '\\lVert '):gsub('\\right%s*\\|', '\\rVert '):gsub('\\|(.-)\\|', '\\lVert %1\\rVert ')
  tex = tex:gsub('(\\left%s*\\{%s*)\\begin{array}', '%1\\begin{ARRAY}')
  tex = tex:gsub('\\begin{array}%s*%b{}(.-)\\end{array}', function(inner)
    return '\\begin{bmatrix}\\text{NODELIM}' .. inner:gsub('\\hline', '') .. '\\end{bmatrix}'
  end)
  tex = tex:gsub('\\begin{ARRAY}', '\\begin{array}')
  return (tex:gsub('\\mathrm%s*{(%a%a+)}', '\\text{%1}'))
end

local function operator_name(name) return (name:gsub('\\[,;: ]', ' '):gsub('~', ' ')) end

-- operator names of the formula: name -> true where limits stand below it
local function operators(tex)
  local names = {}
  for name in tex:gmatch('\\operatorname%s*{([^}]*)}') do names[operator_name(name)] = false end
  for name in tex:gmatch('\\operatorname%*%s*{([^}]*)}') do names[operator_name(name)] = true end
  return names
end

local function repair(body, names)
  body = body:gsub('delim: "%[", upright%("NODELIM"%)%s?', 'delim: #none, ')
  for _, pair in ipairs(SYMBOLS) do body = body:gsub('%f[%a]' .. pair[1], pair[2]) end
  body = body:gsub('%f[%a]sect%f[%A]', 'inter')
  body = body:gsub('"([^"]*)"', function(name)
    name = name:gsub('\u{2009}', ' '):gsub('\u{00A0}', ' '):gsub('\u{2005}', ' '):gsub('\u{2006}', ' ')
    if names[name] ~= nil then return 'op("' .. name .. '"' .. (names[name] and ', limits: #true' or '') .. ')' end
  end)
  return (body:gsub('(%)) (\\%()', '%1%2'))
end

--- Convert one formula.
-- @return the Typst formula without its dollars, or nil after a problem was noted; its label; its tag; its TeX
function formulas.convert(tex, display)
  local label, tag
  tex = tex:gsub('\\label%s*{([^}]*)}', function(name) label = label or name; return '' end)
  tex = tex:gsub('\\tag%*?%s*{([^}]*)}', function(name) tag = name; return '' end)
  local source = tex
  local names = operators(tex)
  tex = prepare(tex):gsub('\\operatorname%*', '\\operatorname')
  local out = write.inlines{pandoc.Math(display and 'DisplayMath' or 'InlineMath', tex)}
  if out:sub(1, 1) ~= '$' then
    notes.problem('formula not convertible: ' .. write.trim(source))
    return nil
  end
  out = out:gsub('%s*<[%w:_.-]+>$', '')
  return repair(out:match('^%$(.*)%$$') or out, names), label, tag, write.trim(source)
end

local function inline(tex)
  local body, _, _, source = formulas.convert(tex, false)
  if not body then return pandoc.Code(tex) end
  return write.raw_inline('#math.equation(alt: ' .. write.string(source) .. ', $' .. body .. '$)')
end

local function display(tex, label)
  local body, inner, tag, source = formulas.convert(tex, true)
  if not body then return pandoc.Code(tex) end
  label = label or inner
  if label then notes.label(label) end
  local numbering = tag and '_ => [(' .. tag .. ')]' or label and '"(1)"' or 'none'
  return write.raw_inline(('#math.equation(block: true, numbering: %s, alt: %s, $ %s $)%s'):format(
    numbering, write.string(source), body, write.label(label)))
end

-- the label written behind a displayed formula: `$$ ... $$ {#eq-x}`
local function trailing_label(inlines, index)
  while inlines[index] and (inlines[index].t == 'Space' or inlines[index].t == 'SoftBreak') do index = index + 1 end
  local label = inlines[index] and inlines[index].t == 'Str' and inlines[index].text:match('^{#(eq[-:][%w:_.-]+)}$')
  return label, index
end

local function convert_all(inlines)
  local out, index = pandoc.List(), 1
  while index <= #inlines do
    local element = inlines[index]
    if element.t == 'Math' and element.mathtype == 'DisplayMath' then
      local label, last = trailing_label(inlines, index + 1)
      out:insert(display(element.text, label or nil))
      if label then index = last end
    elseif element.t == 'Math' then
      out:insert(inline(element.text))
    else
      out:insert(element)
    end
    index = index + 1
  end
  return pandoc.Inlines(out)
end

local function is_tex(element) return element.format == 'tex' or element.format == 'latex' end

local function raw_block(element)
  if is_tex(element) and formulas.is_environment(element.text) then
    return pandoc.Para{pandoc.Math('DisplayMath', element.text)}
  end
end

local function raw_inline(element)
  if not is_tex(element) then return nil end
  if formulas.is_environment(element.text) then return pandoc.Math('DisplayMath', element.text) end
  local label = element.text:match('\\eqref{([^}]*)}') or element.text:match('\\ref{([^}]*)}')
  if label then
    notes.reference(label)
    return write.raw_inline('#ref(<' .. label .. '>)')
  end
end

formulas.filters = {{RawBlock = raw_block, RawInline = raw_inline}, {Inlines = convert_all}}

return formulas
