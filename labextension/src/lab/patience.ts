/** *promise*, or *otherwise* when it takes longer than *ms* or fails. */
export function within<T, E>(ms: number, promise: Promise<T>, otherwise: E): Promise<T | E> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), ms);
    promise.then(resolve, () => resolve(otherwise)).finally(() => clearTimeout(timer));
  });
}
