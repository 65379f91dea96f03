export { strictOrder } from '../../llm/strictOrder.ts';
