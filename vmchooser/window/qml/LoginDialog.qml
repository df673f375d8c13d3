import QtQuick

// What somebody opens on his phone to log in at this PC; goes by itself when he has.
FocusScope {
    id: dialog

    readonly property var login: chooser.login
    signal closed

    visible: login.state !== ""

    Accessible.role: Accessible.Dialog
    Accessible.name: chooser.texts.loginTitle

    onVisibleChanged: {
        if (visible)
            back.forceActiveFocus();
        else
            closed();
    }
    Keys.onEscapePressed: login.stop()

    function sentence() {
        if (login.state === "asking")
            return chooser.texts.loginAsking;
        if (login.state === "refused")
            return chooser.texts.loginRefused;
        if (login.state === "expired")
            return chooser.texts.loginExpired;
        return login.state === "failed" ? login.sentence : chooser.texts.loginHint;
    }

    Rectangle {
        anchors.fill: parent
        color: "#cc050910"

        MouseArea {
            anchors.fill: parent
        }
    }

    Rectangle {
        anchors.centerIn: parent
        width: Theme.unit * 30
        height: content.implicitHeight + Theme.unit * 3.2
        radius: Theme.unit
        color: Theme.ground
        border.width: 2
        border.color: Theme.line

        Column {
            id: content
            anchors { fill: parent; margins: Theme.unit * 1.6 }
            spacing: Theme.unit * 0.7

            Line {
                text: chooser.texts.loginTitle
                size: 1.4
                font.weight: Font.DemiBold
            }
            Image {
                visible: dialog.login.state === "code" && dialog.login.picture !== ""
                source: dialog.login.picture
                sourceSize: Qt.size(Theme.unit * 14, Theme.unit * 14)
                anchors.horizontalCenter: parent.horizontalCenter
                Accessible.role: Accessible.Graphic
                Accessible.name: chooser.texts.loginTitle
            }
            Line {
                width: parent.width
                wrapMode: Text.WordWrap
                text: dialog.sentence()
            }
            Line {
                visible: dialog.login.state === "code"
                width: parent.width
                wrapMode: Text.WrapAnywhere
                text: dialog.login.address
            }
            Line {
                objectName: "loginCode"
                visible: dialog.login.state === "code"
                text: dialog.login.code
                size: 2.2
                font.weight: Font.Bold
            }
            Line {
                visible: dialog.login.state === "code"
                width: parent.width
                wrapMode: Text.WordWrap
                text: chooser.texts.loginPrivate
            }
            ActionButton {
                id: again
                objectName: "loginAgain"
                visible: ["refused", "expired", "failed"].includes(dialog.login.state)
                width: parent.width
                label: chooser.texts.loginAgain
                strong: true
                KeyNavigation.down: back
                onTriggered: dialog.login.begin()
            }
            ActionButton {
                id: back
                objectName: "loginBack"
                width: parent.width
                label: chooser.texts.back
                KeyNavigation.up: again
                onTriggered: dialog.login.stop()
            }
        }
    }
}
