--- Helpers that write Typst: string literals, and blocks or inlines as Typst markup.
local write = {}

local OPTIONS = pandoc.WriterOptions{wrap_text = 'wrap-none'}

--- A Typst string literal.
function write.string(text)
  text = text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('\n', '\\n'):gsub('\r', ''):gsub('\t', '    ')
  return '"' .. text .. '"'
end

--- The longest address and text that PDF viewers are given beside what is printed, in characters and in bytes.
write.MOST = 8000

--- The beginning of a text that is too long to be told beside what is printed.
function write.short(text)
  return #text > write.MOST and pandoc.text.sub(text, 1, write.MOST // 4) .. '…' or text
end

--- Typst markup without blanks around it; a line break at its end must not escape what follows.
function write.closed(text)
  text = text:gsub('^%s+', ''):gsub('%s+$', '')
  local _, backslashes = text:match('\\*$'):gsub('\\', '')
  return backslashes % 2 == 1 and text .. ' ' or text
end

--- Blocks as Typst markup, without the trailing line break.
function write.blocks(blocks)
  if #blocks == 0 then return '' end
  return write.closed(pandoc.write(pandoc.Pandoc(blocks), 'typst', OPTIONS))
end

--- Inlines as plain text, formulas as their TeX between two marks: it is the alternative text of what is Typst already.
function write.text(inlines, mark)
  mark = mark or ''
  return pandoc.utils.stringify(pandoc.Inlines(inlines):walk{RawInline = function(raw)
    local tex = raw.text:match('alt: "(.-[^\\])"')
    return tex and pandoc.Str(mark .. tex:gsub('\\(["\\])', '%1') .. mark) or nil
  end})
end

-- soft hyphen, zero-width space and joiners, no-break space
local INVISIBLE = {'\u{AD}', '\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}', '\u{A0}'}

--- Whether an element shows no text at all.
function write.is_blank(element)
  local text = pandoc.utils.stringify(element):gsub('%s', '')
  for _, character in ipairs(INVISIBLE) do text = text:gsub(character, '') end
  return text == ''
end

--- Inlines as Typst markup.
function write.inlines(inlines)
  if #inlines == 0 then return '' end
  return write.blocks{pandoc.Plain(inlines)}
end

--- The same blocks as they are, since their Typst is already known.
function write.raw_block(text) return pandoc.RawBlock('typst', text) end

function write.raw_inline(text) return pandoc.RawInline('typst', text) end

--- A label behind an element: `<fig-loss>`, or nothing for an empty name.
function write.label(name)
  if not name or name == '' then return '' end
  return '<' .. name:gsub('[^%w_:.%-]', '-') .. '>'
end

--- The letter of a figure's part: a, b ... z, 27, 28 ...
function write.letter(index) return index <= 26 and string.char(96 + index) or tostring(index) end

function write.trim(text) return (text:gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', '')) end

return write
