// The code of a scanned card stands behind the # of the address, where no server sees it: sends it on as if it were typed.

const code = decodeURIComponent(location.hash.slice(1));
const field = document.getElementById("f-activation");
if (code && !field.value) {
  field.value = code;
  history.replaceState(null, "", location.pathname);
  document.querySelector("[data-activate]").requestSubmit();
}
