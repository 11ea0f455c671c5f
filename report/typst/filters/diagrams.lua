--- Diagrams that JupyterLab draws from fenced source: paper shows the source, and says so.
local diagrams = {}

local WORDS = 'A Mermaid diagram: it is drawn in the notebook only. To print it, save its picture and show that.'

local function code_block(block)
  if not block.classes:includes('mermaid') then return nil end
  return pandoc.Blocks{pandoc.Div({pandoc.Plain{pandoc.Str(WORDS)}}, pandoc.Attr('', {'our placeholder'})), block}
end

--- The filter that puts a box above the source of a diagram.
diagrams.filter = {CodeBlock = code_block}

return diagrams
