// What ipywidgets leaves out of the accessibility tree: the name of a slider's handle, which of two buttons is down,
// and that radio buttons belong together. It runs in the page when the empty picture that carries it fails to load.
const find = left => {
    const panel = this.closest(".lvmcalc-live, .lvmcalc-walk, .lvmcalc-ask");
    if (!panel) return left && setTimeout(find, 50, left - 1);
    const tell = () => {
        const set = (thing, names) => {
            for (const name in names)
                if (thing.getAttribute(name) !== names[name]) thing.setAttribute(name, names[name]);
        };
        for (const slider of panel.querySelectorAll(".widget-slider"))
            for (const handle of slider.querySelectorAll(".noUi-handle"))
                set(handle, {"aria-label": slider.querySelector("label").textContent});
        for (const button of panel.querySelectorAll(".widget-toggle-buttons button"))
            set(button, {"aria-pressed": String(button.classList.contains("mod-active"))});
        for (const box of panel.querySelectorAll(".widget-radio-box"))
            set(box, {"role": "radiogroup", "aria-label": panel.querySelector(".lvmcalc-question").textContent});
    };
    tell();
    new MutationObserver(tell).observe(panel, {subtree: true, childList: true, attributeFilter: ["class"]});
};
find(100);
