import QtQuick

Rectangle {
    id: card

    property string title
    property string description
    property string iconName
    property bool current: false
    signal chosen
    signal started

    implicitHeight: Theme.unit * 5.6
    radius: Theme.radius
    color: current ? Theme.select : mouse.containsMouse ? Theme.raised : Theme.surface
    border.width: 3
    border.color: current ? Theme.selectLine : color

    Accessible.role: Accessible.ListItem
    Accessible.name: title
    Accessible.description: description
    Accessible.selectable: true
    Accessible.selected: current
    Accessible.focusable: true
    Accessible.focused: current
    Accessible.onPressAction: started()

    Rectangle {
        id: picture
        anchors { left: parent.left; leftMargin: Theme.unit * 1.2; verticalCenter: parent.verticalCenter }
        width: Theme.unit * 3.4
        height: width
        radius: Theme.unit * 0.65
        color: card.current ? Theme.ground : Theme.raised

        Icon {
            anchors.centerIn: parent
            name: card.iconName
            size: Theme.unit * 2
        }
    }

    Column {
        anchors {
            left: picture.right
            leftMargin: Theme.unit * 1.1
            right: next.left
            rightMargin: Theme.unit * 0.6
            verticalCenter: parent.verticalCenter
        }
        spacing: Theme.unit * 0.1

        Line {
            width: parent.width
            text: card.title
            size: 1.3
            font.weight: Font.DemiBold
        }
        Line {
            width: parent.width
            visible: text
            text: card.description
            color: card.current ? Theme.selectMuted : Theme.muted
            wrapMode: Text.Wrap
            maximumLineCount: 2
            lineHeight: 1.1
        }
    }

    Icon {
        id: next
        anchors { right: parent.right; rightMargin: Theme.unit * 1.2; verticalCenter: parent.verticalCenter }
        name: "next"
        size: Theme.unit * 1.6
        opacity: card.current ? 1 : 0
    }

    MouseArea {
        id: mouse
        anchors.fill: parent
        hoverEnabled: true
        cursorShape: Qt.PointingHandCursor
        // Whoever points and clicks means it; whoever moves the pointer by accident changes nothing.
        onClicked: {
            card.chosen();
            card.started();
        }
    }
}
