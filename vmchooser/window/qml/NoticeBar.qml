import QtQuick

// What is wrong, and what happens next. The list beside it stays usable.
Rectangle {
    id: bar

    readonly property bool bad: chooser.notice === "error"
    readonly property color tone: bad ? Theme.bad : Theme.warn

    visible: chooser.notice !== ""
    implicitHeight: visible ? content.implicitHeight + Theme.unit * 1.6 : 0
    radius: Theme.radius
    color: bad ? Theme.badGround : Theme.warnGround

    Accessible.role: Accessible.AlertMessage
    Accessible.name: chooser.noticeTitle + ". " + chooser.noticeSentence

    Rectangle {
        width: Theme.unit * 0.4
        height: parent.height - Theme.unit * 1.2
        radius: width / 2
        anchors { left: parent.left; leftMargin: Theme.unit * 0.6; verticalCenter: parent.verticalCenter }
        color: bar.tone
    }

    Icon {
        id: picture
        anchors { left: parent.left; leftMargin: Theme.unit * 1.6; verticalCenter: parent.verticalCenter }
        name: bar.bad ? "error" : "warning"
        size: Theme.unit * 2
    }

    Column {
        id: content
        anchors { left: picture.right; leftMargin: Theme.unit; right: side.left; rightMargin: Theme.unit; verticalCenter: parent.verticalCenter }
        spacing: Theme.unit * 0.2

        Line {
            objectName: "noticeTitle"
            width: parent.width
            text: chooser.noticeTitle
            color: bar.tone
            font.weight: Font.DemiBold
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
        Line {
            objectName: "noticeSentence"
            width: parent.width
            text: chooser.noticeSentence
            wrapMode: Text.Wrap
            maximumLineCount: 4
        }
        Line {
            width: parent.width
            visible: bar.bad
            text: chooser.noticeDetail
            color: Theme.muted
            size: 0.85
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
            maximumLineCount: 3
        }
    }

    Column {
        id: side
        anchors { right: parent.right; rightMargin: Theme.unit * 1.2; verticalCenter: parent.verticalCenter }
        spacing: Theme.unit * 0.5
        visible: chooser.notice === "waiting"
        width: visible ? Math.max(retry.implicitWidth, ticking.implicitWidth) : 0

        Line {
            id: ticking
            objectName: "countdown"
            anchors.horizontalCenter: parent.horizontalCenter
            text: chooser.noticeSeconds > 0 ? chooser.texts.retryIn.replace("{seconds}", chooser.noticeSeconds) : chooser.texts.retryNow
            color: bar.tone
            size: 0.9
            font.weight: Font.DemiBold
        }
        ActionButton {
            id: retry
            anchors.horizontalCenter: parent.horizontalCenter
            label: chooser.texts.retry
            iconName: "restart"
            enabled: !chooser.loading
            onTriggered: chooser.refresh()
        }
    }
}
