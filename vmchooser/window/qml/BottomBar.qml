import QtQuick

Item {
    id: bar

    property bool launching: false

    implicitHeight: Theme.unit * 3.6

    Rectangle {
        width: parent.width
        height: 1
        color: Theme.raised
    }

    Row {
        anchors { left: parent.left; leftMargin: Theme.unit * 1.6; verticalCenter: parent.verticalCenter }
        spacing: Theme.unit * 1.6
        visible: !bar.launching

        KeyHint { keyName: "↑ ↓"; label: chooser.texts.hintChoose }
        KeyHint { keyName: "↵"; label: chooser.texts.hintStart }
        KeyHint { keyName: "A–Z"; label: chooser.texts.hintLetters }
        KeyHint { keyName: "F5"; label: chooser.texts.hintRefresh }
    }

    KeyHint {
        anchors { left: parent.left; leftMargin: Theme.unit * 1.6; verticalCenter: parent.verticalCenter }
        visible: bar.launching
        keyName: "Esc"
        label: chooser.texts.hintCancel
    }

    Line {
        anchors { right: parent.right; rightMargin: Theme.unit * 1.6; verticalCenter: parent.verticalCenter }
        text: chooser.loading && chooser.entries.count > 0 ? chooser.texts.asking : chooser.userText
        color: Theme.muted
        size: 0.9
    }
}
