import QtQuick

Rectangle {
    id: button

    property string label
    property string iconName
    property bool strong: false
    signal triggered

    implicitWidth: row.implicitWidth + Theme.unit * 2
    implicitHeight: Theme.unit * 2.75
    radius: Theme.radius
    color: strong ? Theme.select : mouse.containsMouse || activeFocus ? Theme.raised : Theme.surface
    border.width: activeFocus ? 3 : 2
    border.color: activeFocus || (strong && mouse.containsMouse) ? Theme.selectLine : strong ? Theme.select : Theme.line
    activeFocusOnTab: true

    Accessible.role: Accessible.Button
    Accessible.name: label
    Accessible.focusable: true
    Accessible.onPressAction: triggered()

    // A key that is still held from the step before must not answer the next one.
    Keys.onReturnPressed: event => press(event)
    Keys.onEnterPressed: event => press(event)
    Keys.onSpacePressed: event => press(event)

    function press(event) {
        if (!event.isAutoRepeat)
            triggered();
    }

    Row {
        id: row
        anchors.centerIn: parent
        spacing: Theme.unit * 0.55

        Icon {
            visible: button.iconName
            name: button.iconName
            size: Theme.unit * 1.3
            anchors.verticalCenter: parent.verticalCenter
        }
        Line {
            text: button.label
            font.weight: Font.Medium
            anchors.verticalCenter: parent.verticalCenter
        }
    }

    MouseArea {
        id: mouse
        anchors.fill: parent
        hoverEnabled: true
        cursorShape: Qt.PointingHandCursor
        onClicked: button.triggered()
    }
}
