// The code of a scanned card stands behind the # of the address, where no server sees it: moves it into the form.

const code = decodeURIComponent(location.hash.slice(1));
const field = document.getElementById("f-activation");
if (code && field && !field.value) {
  field.value = code;
  history.replaceState(null, "", location.pathname);
  document.getElementById("f-password").focus();
}
