import QtQuick

// Restart or power off: asked once more, as a slip would cost others their work.
FocusScope {
    id: dialog

    signal closed

    Accessible.role: Accessible.Dialog
    Accessible.name: chooser.texts.powerTitle

    onVisibleChanged: if (visible) off.forceActiveFocus()
    Keys.onEscapePressed: closed()

    Rectangle {
        anchors.fill: parent
        color: "#cc050910"

        MouseArea {
            anchors.fill: parent
            onClicked: dialog.closed()
        }
    }

    Rectangle {
        anchors.centerIn: parent
        width: Theme.unit * 26
        height: content.implicitHeight + Theme.unit * 3.2
        radius: Theme.unit
        color: Theme.ground
        border.width: 2
        border.color: Theme.line

        MouseArea {
            anchors.fill: parent
        }

        Column {
            id: content
            anchors { fill: parent; margins: Theme.unit * 1.6 }
            spacing: Theme.unit * 0.7

            Line {
                text: chooser.texts.powerTitle
                size: 1.4
                font.weight: Font.DemiBold
                bottomPadding: Theme.unit * 0.5
            }
            ActionButton {
                id: off
                objectName: "powerOff"
                width: parent.width
                implicitHeight: Theme.unit * 3.4
                label: chooser.texts.powerOff
                iconName: "power"
                KeyNavigation.down: again
                KeyNavigation.backtab: back
                onTriggered: {
                    dialog.closed();
                    chooser.powerOff();
                }
            }
            ActionButton {
                id: again
                objectName: "restart"
                width: parent.width
                implicitHeight: Theme.unit * 3.4
                label: chooser.texts.restart
                iconName: "restart"
                KeyNavigation.down: back
                onTriggered: {
                    dialog.closed();
                    chooser.restart();
                }
            }
            ActionButton {
                id: back
                width: parent.width
                implicitHeight: Theme.unit * 3.4
                label: chooser.texts.back
                KeyNavigation.up: again
                KeyNavigation.tab: off
                onTriggered: dialog.closed()
            }
        }
    }
}
