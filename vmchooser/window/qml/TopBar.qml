import QtQuick

Item {
    id: bar

    property bool actionsVisible: true
    signal languageWanted
    signal logInWanted
    signal logOutWanted
    signal powerWanted

    implicitHeight: Theme.unit * 4.6

    Row {
        anchors { left: parent.left; leftMargin: Theme.unit * 1.6; verticalCenter: parent.verticalCenter }
        spacing: Theme.unit * 0.6

        Icon {
            name: "logo"
            size: Theme.unit * 2
            anchors.verticalCenter: parent.verticalCenter
        }
        Line {
            text: "Farboot"
            size: 1.3
            font.weight: Font.DemiBold
            anchors.verticalCenter: parent.verticalCenter
        }
    }

    Row {
        visible: bar.actionsVisible
        anchors { right: parent.right; rightMargin: Theme.unit * 1.6; verticalCenter: parent.verticalCenter }
        spacing: Theme.unit * 0.6

        ActionButton {
            objectName: "language"
            label: chooser.texts.language
            Accessible.description: chooser.texts.languageLabel
            onTriggered: bar.languageWanted()
        }
        ActionButton {
            objectName: "logIn"
            visible: chooser.canLogIn
            label: chooser.texts.logIn
            onTriggered: bar.logInWanted()
        }
        ActionButton {
            objectName: "logOut"
            label: chooser.texts.logOut
            iconName: "logout"
            onTriggered: bar.logOutWanted()
        }
        ActionButton {
            objectName: "power"
            label: chooser.texts.power
            iconName: "power"
            onTriggered: bar.powerWanted()
        }
    }
}
