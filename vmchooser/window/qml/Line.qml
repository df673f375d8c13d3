import QtQuick

// One text in the window's type.
Text {
    property real size: 1

    color: Theme.text
    font.pixelSize: Math.round(Theme.unit * size)
    textFormat: Text.PlainText
    elide: Text.ElideRight
}
