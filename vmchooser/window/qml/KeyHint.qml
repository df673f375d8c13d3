import QtQuick

// A key and what it does: "↵ start".
Row {
    property string keyName
    property string label

    spacing: Theme.unit * 0.5

    Rectangle {
        width: Math.max(key.implicitWidth + Theme.unit * 0.8, height)
        height: Theme.unit * 1.5
        radius: Theme.unit * 0.3
        color: Theme.surface
        border.width: 1
        border.color: Theme.line

        Line {
            id: key
            anchors.centerIn: parent
            text: keyName
            size: 0.82
            font.weight: Font.DemiBold
        }
    }
    Line {
        text: label
        color: Theme.muted
        size: 0.9
        anchors.verticalCenter: parent.verticalCenter
    }
}
