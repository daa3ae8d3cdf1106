/** Brings the figures of a page to life, each when it comes near: before that, nothing of the engine is fetched. */
import { mount } from 'svelte';
import LiveFigure from '../../components/learn/LiveFigure.svelte';
import { whenNear } from '../when-near.ts';
import type { FigureName } from './figures/figures.ts';

export function mountFigures(): void {
  for (const stage of document.querySelectorAll<HTMLElement>('[data-figure]')) {
    const still = stage.querySelector('img');
    const start = () => {
      stage.dataset.live = '';
      mount(LiveFigure, {
        target: stage,
        props: { name: stage.dataset.figure as FigureName, alive: () => still?.remove() },
      });
    };
    whenNear(start, { margin: '200px' })(stage);
  }
}
