// On the page for signing in: whoever was here before has left, and nothing of theirs can be read any more.

if (self.vault.able()) self.vault.wipe().catch(() => {});
self.doorstep.clear();
