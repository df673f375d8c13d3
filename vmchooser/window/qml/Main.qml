import QtQuick

Window {
    id: window

    readonly property bool launching: chooser.step >= 0

    title: "Farboot"
    color: Theme.ground
    width: 1280
    height: 800

    Binding {
        target: Theme
        property: "unit"
        value: Math.max(14, Math.min(30, window.width * 0.005 + window.height * 0.01))
    }

    onLaunchingChanged: focusContent()
    onActiveChanged: if (active && !activeFocusItem) focusContent()
    Component.onCompleted: focusContent()

    function focusContent() {
        if (power.visible || login.visible)
            return;
        (launching ? launch : entries).forceActiveFocus();
    }

    Shortcut {
        sequence: "F5"
        enabled: !window.launching
        onActivated: chooser.refresh()
    }
    Shortcut {
        sequence: "Escape"
        enabled: !power.visible && !login.visible
        onActivated: window.launching ? chooser.cancel() : chooser.dismissError()
    }

    TopBar {
        id: top
        width: parent.width
        actionsVisible: !window.launching
        enabled: !power.visible && !login.visible
        onLanguageWanted: chooser.toggleLanguage()
        onLogInWanted: chooser.login.begin()
        onLogOutWanted: chooser.logOut()
        onPowerWanted: power.visible = true
    }

    Item {
        id: middle
        anchors { top: top.bottom; bottom: bottom.top; left: parent.left; right: parent.right }
        visible: !window.launching
        enabled: !power.visible && !login.visible

        Line {
            id: heading
            anchors { top: parent.top; topMargin: Theme.unit * 0.6; horizontalCenter: parent.horizontalCenter }
            text: chooser.texts.heading
            size: 1.9
            font.weight: Font.DemiBold
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }
        NoticeBar {
            id: notice
            anchors { top: heading.bottom; topMargin: Theme.unit * 1.2; horizontalCenter: parent.horizontalCenter }
            width: Math.floor(Math.min(parent.width - Theme.unit * 3.2, Theme.unit * 48) / 2) * 2
        }
        EntryPane {
            id: entries
            anchors {
                top: notice.visible ? notice.bottom : heading.bottom
                topMargin: Theme.unit
                bottom: parent.bottom
                bottomMargin: Theme.unit * 0.6
                left: parent.left
                right: parent.right
            }
            onStarted: row => chooser.activate(row)
            onMoved: chooser.dismissError()
        }
    }

    LaunchPane {
        id: launch
        anchors.fill: middle
        visible: window.launching
    }

    BottomBar {
        id: bottom
        anchors.bottom: parent.bottom
        width: parent.width
        launching: window.launching
    }

    PowerDialog {
        id: power
        anchors.fill: parent
        visible: false
        onClosed: {
            visible = false;
            window.focusContent();
        }
    }

    LoginDialog {
        id: login
        anchors.fill: parent
        onClosed: window.focusContent()
    }

    Connections {
        target: chooser
        function onReturned() {
            window.raise();
            window.requestActivate();
            window.focusContent();
        }
    }
}
