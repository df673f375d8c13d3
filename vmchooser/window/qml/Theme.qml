pragma Singleton
import QtQuick

// The same colours as the menu page of the preboot system: one look from power-on to log-out. Flat, as the processor
// paints; every text keeps a contrast of at least 7 to 1 to what it stands on.
QtObject {
    // A room's screens differ; what is on them keeps its share. Set by the window.
    property real unit: 16

    readonly property color ground: "#0d1422"
    readonly property color surface: "#172238"
    readonly property color raised: "#1f2d49"
    readonly property color line: "#3a4c6e"
    readonly property color text: "#f6f9fd"
    readonly property color muted: "#b9c6da"
    readonly property color select: "#1650b0"
    readonly property color selectLine: "#a6d3ff"
    readonly property color selectMuted: "#e3eeff"
    readonly property color warn: "#ffd37a"
    readonly property color warnGround: "#33290f"
    readonly property color bad: "#ffb0a6"
    readonly property color badGround: "#3d1a1c"
    readonly property color good: "#8fe6b6"
    readonly property real radius: unit * 0.75

    function icon(name) {
        return "qrc:/farboot/icons/" + name + ".svg";
    }
}
