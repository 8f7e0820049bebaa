import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { useId, useRef, useState } from 'react';
import { useApp } from './context';
import { Button } from './controls/Button';
import type { IMenuItem } from './controls/Menu';
import { Menu } from './controls/Menu';
import type { OpenMode } from './context';
import type { IconName } from './icons';

export interface ITreeNode {
  id: string;
  /** Its name for typing and for screen readers; `content` is what is seen. */
  label: string;
  content?: ReactNode;
  /** Where it leads; without it, Enter opens and closes it. */
  to?: string | null;
  children?: ITreeNode[];
  expanded?: boolean;
  /** Shown instead of children when there are none. */
  none?: string;
  /** Beside it on hover and focus, and in its menu. */
  actions?: (IMenuItem & { icon: IconName; onDelete?: boolean })[];
}

const TYPING = 600;

/**
 * A tree of links: arrows walk, letters find, Enter opens, Ctrl+Enter opens in a new tab, Shift+F10 shows what else can be
 * done, Delete does what a node has for it.
 */
export function Tree(props: {
  label: string;
  nodes: ITreeNode[];
  onToggle: (id: string) => void;
  open: (path: string, mode: OpenMode) => void;
}): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const prefix = useId();
  const [current, setCurrent] = useState('');
  const [menu, setMenu] = useState<{ items: IMenuItem[]; at: { x: number; y: number }; of: string } | null>(
    null
  );
  const typed = useRef({ text: '', at: 0 });

  const flat: { node: ITreeNode; parent: ITreeNode | null }[] = props.nodes.flatMap(node => [
    { node, parent: null },
    ...(node.expanded ? (node.children ?? []).map(child => ({ node: child, parent: node })) : [])
  ]);
  const focused = flat.some(one => one.node.id === current) ? current : (flat[0]?.node.id ?? '');
  const element = (id: string): HTMLElement | null => document.getElementById(`${prefix}-${id}`);
  const go = (id: string | undefined): void => {
    if (id !== undefined) {
      setCurrent(id);
      element(id)?.focus();
    }
  };
  const act = (node: ITreeNode, mode: OpenMode): void => {
    if (node.to) {
      props.open(node.to, mode);
    } else if (node.children) {
      props.onToggle(node.id);
    }
  };
  const itemsOf = (node: ITreeNode): IMenuItem[] => [
    ...(node.to
      ? [
          { label: trans.__('Open'), run: () => props.open(node.to!, 'here') },
          { label: trans.__('Open in a new tab'), run: () => props.open(node.to!, 'tab') }
        ]
      : []),
    ...(node.actions ?? []),
    ...(node.children
      ? [
          {
            label: node.expanded ? trans.__('Close') : trans.__('Unfold'),
            run: () => props.onToggle(node.id)
          }
        ]
      : [])
  ];

  const onKeyDown = (event: KeyboardEvent): void => {
    if (menu || !(event.target as HTMLElement).matches('[role=treeitem]')) {
      return;
    }
    const at = flat.findIndex(one => one.node.id === focused);
    if (at < 0) {
      return;
    }
    const { node, parent } = flat[at];
    if (event.key === 'ArrowDown') {
      go(flat[at + 1]?.node.id);
    } else if (event.key === 'ArrowUp') {
      go(flat[at - 1]?.node.id);
    } else if (event.key === 'Home') {
      go(flat[0].node.id);
    } else if (event.key === 'End') {
      go(flat[flat.length - 1].node.id);
    } else if (event.key === 'ArrowRight' && node.children) {
      if (node.expanded) {
        go(node.children[0]?.id);
      } else {
        props.onToggle(node.id);
      }
    } else if (event.key === 'ArrowLeft') {
      if (node.children && node.expanded) {
        props.onToggle(node.id);
      } else {
        go(parent?.id);
      }
    } else if (event.key === 'Enter') {
      act(node, event.ctrlKey || event.metaKey ? 'tab' : 'here');
    } else if (event.key === 'Delete' && node.actions?.some(one => one.onDelete)) {
      go(flat[at + 1]?.node.id ?? flat[at - 1]?.node.id);
      node.actions.find(one => one.onDelete)?.run?.();
    } else if ((event.key === 'F10' && event.shiftKey) || event.key === 'ContextMenu') {
      const box = element(node.id)?.getBoundingClientRect();
      setMenu({
        items: itemsOf(node),
        at: { x: (box?.left ?? 0) + 24, y: (box?.top ?? 0) + 28 },
        of: node.id
      });
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const now = Date.now();
      const word = (now - typed.current.at < TYPING ? typed.current.text : '') + event.key.toLowerCase();
      // One letter goes on to the next of it; a word stays where it fits; a letter that fits to no word begins a new one.
      const find = (text: string): string | undefined => {
        const from = text.length > 1 ? at : at + 1;
        const order = [...flat.slice(from), ...flat.slice(0, from)];
        return order.find(one => one.node.label.toLowerCase().startsWith(text))?.node.id;
      };
      const found = find(word);
      typed.current = { text: found === undefined ? event.key.toLowerCase() : word, at: now };
      go(found ?? find(event.key.toLowerCase()));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const draw = (node: ITreeNode, level: number): JSX.Element => (
    <li
      key={node.id}
      id={`${prefix}-${node.id}`}
      role="treeitem"
      aria-label={node.label}
      aria-level={level}
      aria-expanded={node.children ? Boolean(node.expanded) : undefined}
      aria-keyshortcuts={node.actions?.some(one => one.onDelete) ? 'Delete' : undefined}
      tabIndex={node.id === focused ? 0 : -1}
      className="ais-Tree-item"
      onFocus={event => event.target === event.currentTarget && setCurrent(node.id)}
    >
      <div
        className="ais-Tree-row"
        onContextMenu={(event: MouseEvent) => {
          event.preventDefault();
          event.stopPropagation();
          setMenu({ items: itemsOf(node), at: { x: event.clientX, y: event.clientY }, of: node.id });
        }}
      >
        {node.children ? (
          <span
            className="ais-Tree-twist"
            aria-hidden="true"
            onClick={() => {
              setCurrent(node.id);
              props.onToggle(node.id);
            }}
          >
            {node.expanded ? '▾' : '▸'}
          </span>
        ) : level === 1 ? (
          <span className="ais-Tree-twist" />
        ) : null}
        {node.to ? (
          <a
            href={app.link(node.to)}
            tabIndex={-1}
            className="ais-Tree-link"
            onClick={event => {
              event.preventDefault();
              setCurrent(node.id);
              props.open(node.to!, event.ctrlKey || event.metaKey ? 'tab' : 'here');
            }}
            onAuxClick={event => {
              if (event.button === 1) {
                event.preventDefault();
                props.open(node.to!, 'tab');
              }
            }}
          >
            {node.content ?? node.label}
          </a>
        ) : (
          <span className="ais-Tree-link" onClick={() => node.children && props.onToggle(node.id)}>
            {node.content ?? node.label}
          </span>
        )}
        {node.actions?.length ? (
          <span className="ais-Tree-actions">
            {node.actions.map(action => (
              <Button
                key={action.label}
                kind="quiet"
                icon={action.icon}
                label={action.label}
                blocked={action.blocked}
                tabIndex={-1}
                onClick={() => action.run?.()}
              />
            ))}
          </span>
        ) : null}
      </div>
      {node.children && node.expanded ? (
        node.children.length > 0 ? (
          <ul role="group">{node.children.map(child => draw(child, level + 1))}</ul>
        ) : (
          <div className="ais-Muted ais-Tree-none">{node.none}</div>
        )
      ) : null}
    </li>
  );

  return (
    <>
      <ul role="tree" aria-label={props.label} className="ais-Tree" onKeyDown={onKeyDown}>
        {props.nodes.map(node => draw(node, 1))}
      </ul>
      {menu ? (
        <Menu
          items={menu.items}
          at={menu.at}
          label={trans.__('Actions')}
          onClose={() => {
            setMenu(null);
            element(menu.of)?.focus();
          }}
        />
      ) : null}
    </>
  );
}
