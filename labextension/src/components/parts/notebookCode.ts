interface ICell {
  cell_type?: string;
  source?: string | string[];
}

/**
 * The code cells of a notebook as one Python program.
 *
 * Lines of IPython (magics, shell commands, help) do not run outside a kernel: they stay as comments.
 */
export function notebookCode(text: string): string {
  const notebook = JSON.parse(text) as { cells?: ICell[] };
  const blocks = (notebook.cells ?? [])
    .filter(cell => cell.cell_type === 'code')
    .map(cell => (Array.isArray(cell.source) ? cell.source.join('') : (cell.source ?? '')))
    .filter(source => source.trim() !== '')
    .map(source => {
      const whole = /^\s*%%/.test(source);
      return source
        .split('\n')
        .map(line => (whole || /^\s*[%!]/.test(line) || /^\s*\?|\?\s*$/.test(line) ? commented(line) : line))
        .join('\n')
        .trimEnd();
    });
  return `${blocks.map((block, index) => `# %% cell ${index + 1}\n${block}`).join('\n\n')}\n`;
}

function commented(line: string): string {
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  const rest = line.slice(indent.length);
  // "pass" keeps an indented block whole when the comment was all it had.
  return indent ? `${indent}pass  # ${rest}` : `# ${rest}`;
}
