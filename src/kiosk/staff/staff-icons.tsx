/** A triangle: somebody is to look at this. */
export function AttentionIcon({ label }: { readonly label: string }) {
  return (
    <svg class="icon icon-attention" viewBox="0 0 48 48" role="img" aria-label={label}>
      <path d="M24 5L45 43H3zM24 18v12M24 34v5" />
    </svg>
  );
}
