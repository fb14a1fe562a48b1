// On the page for signing in: whoever was here before has left, and nothing of theirs can be read any more.

if (self.vault.able()) self.vault.wipe().catch(() => {});
try {
  for (const name of Object.keys(localStorage)) if (name.startsWith("panel.doorstep.")) localStorage.removeItem(name);
} catch {
  // no such storage here
}
