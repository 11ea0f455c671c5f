--- Diagrams that JupyterLab draws from fenced source: paper shows the source, and says so.
local look = require 'look'

local diagrams = {}

local function code_block(block)
  if not block.classes:includes('mermaid') then return nil end
  local words = look.said('only_in_notebook', look.said('diagram', 'Mermaid')) .. ' ' .. look.words.print_picture
  return pandoc.Blocks{pandoc.Div({pandoc.Plain{pandoc.Str(words)}}, pandoc.Attr('', {'our placeholder'})), block}
end

--- The filter that puts a box above the source of a diagram.
diagrams.filter = {CodeBlock = code_block}

return diagrams
